// The workbench's server from outside: who is let in, and a whole run over its WebSocket on the embedded model.
import type { JobState } from "../engine/contract/jobs.ts";
import type { PrunePart } from "../engine/contract/prune.ts";
import type { PruneSettings } from "../engine/choices/prune.ts";
import { taskChoiceOf } from "../engine/choices/task-choice-of.ts";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Endpoint, wrap } from "comlink";
import { Packr } from "msgpackr";
import { afterAll, beforeAll, expect, inject, suite, test, vi } from "vitest";
import { WebSocket } from "ws";
import type { Circuit } from "../engine/circuit/circuit-schema.ts";
import { type EngineApi, type EngineEvent, PROTOCOL } from "../engine/contract.ts";
import { launchOnNode } from "../server/node-launcher.ts";
import { serve, type Served } from "../server/server.ts";

vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

let folder: string;
let served: Served;
let cookie: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "secateur-test-"));
  mkdirSync(join(folder, "page"));
  writeFileSync(join(folder, "page/index.html"), "<!doctype html><title>page</title>");
  writeFileSync(join(folder, "secret.txt"), "not for pages");
  const environment = { ...process.env, SECATEUR_HOME: folder, SECATEUR_THREADS: "1" };
  const launch = launchOnNode({ entry: inject("engineProgram"), options: [], environment });
  served = await serve({ page: join(folder, "page"), launch });
  cookie = String((await get(served.address)).headers["set-cookie"]).split(";")[0]!;
});
afterAll(async () => {
  await served.close();
  rmSync(folder, { recursive: true, force: true });
});

const base = () => served.address.split("/?")[0]!;

function get(url: string, headers: Record<string, string> = {}) {
  return new Promise<{ status: number; headers: Record<string, unknown>; text: string }>((resolve, reject) => {
    const asked = request(url, { headers }, (response) => {
      let text = "";
      response.on("data", (data: Buffer) => (text += data.toString()));
      response.on("end", () => resolve({ status: response.statusCode!, headers: response.headers, text }));
    });
    asked.on("error", reject);
    asked.end();
  });
}

interface Line {
  readonly api: EngineApi;
  readonly socket: WebSocket;
}

/** As the page does it: Comlink over msgpack. */
function open(headers: Record<string, string> = { cookie, origin: base() }): Promise<Line> {
  const socket = new WebSocket(`${base().replace("http", "ws")}/ws`, { headers });
  const packr = new Packr({ moreTypes: true, structuredClone: true });
  type Listener = (event: { data: unknown }) => void;
  const listeners = new Set<Listener>();
  socket.on("message", (data: Buffer) => {
    const event = { data: packr.unpack(data) as unknown };
    for (const listener of listeners) listener(event);
  });
  const endpoint = {
    postMessage: (message: unknown) => socket.send(packr.pack(message)),
    addEventListener: (_: string, listener: Listener) => void listeners.add(listener),
    removeEventListener: (_: string, listener: Listener) => void listeners.delete(listener),
  } as unknown as Endpoint;
  return new Promise((resolve, reject) => {
    socket.on("open", () => resolve({ api: wrap<EngineApi>(endpoint) as unknown as EngineApi, socket }));
    socket.on("unexpected-response", (_, response) => reject(new Error(String(response.statusCode))));
    socket.on("error", reject);
  });
}

/** Pulls events until one fits. */
async function until<T extends EngineEvent>(
  api: EngineApi,
  fits: (event: EngineEvent) => event is T,
  seen: EngineEvent[] = [],
): Promise<T> {
  for (;;) {
    for (const event of await api.events(seen.at(-1)?.seq ?? 0)) {
      seen.push(event);
      if (fits(event)) return event;
    }
  }
}

const REQUEST: PruneSettings = {
  task: "tasks/ioi.yaml",
  model: "sprig",
  units: ["head"],
  examples: { discovery: 12, heldOut: 8, validation: 8 },
  orders: 1,
  swaps: 0,
  random: 2,
};

/** The same examples, without a search. */
const CHOICE = taskChoiceOf(REQUEST);

const endOf =
  (id: string, state: JobState = "finished") =>
  (event: EngineEvent) =>
    event.type === "job" && event.job.id === id && event.job.state === state;
const isStepOf = (id: string) => (event: EngineEvent) =>
  event.type === "part" && event.id === id && (event.part as PrunePart).kind === "step";
const stepsOf = (id: string) => {
  let steps = 0;
  return (event: EngineEvent) => isStepOf(id)(event) && ++steps === 5;
};
const figures = (circuit: Circuit) => ({ ...circuit, environment: undefined });

async function finished(api: EngineApi, id: string, seen: EngineEvent[] = []): Promise<Circuit> {
  await until(api, endOf(id) as (event: EngineEvent) => event is EngineEvent, seen);
  return (await api.openRun(id)).circuit!;
}

/** Rising: where a job tells how far it is, the last number stands for those before it. */
function expectInOrder(seen: readonly EngineEvent[]): void {
  const numbers = seen.map(({ seq }) => seq);
  expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b));
}

suite("who is let in", () => {
  test("nobody without the token, by the page or by the socket", async () => {
    expect((await get(`${base()}/`)).status).toBe(403);
    expect((await get(`${base()}/?token=wrong`)).status).toBe(403);
    await expect(open({ origin: base() })).rejects.toThrow("403");
  });

  test("the token lets one browser in, once; the next one comes by the next address", async () => {
    const { address } = served;
    const [first, second] = [await get(address), await get(address)];
    expect([first.status, second.status]).toEqual([200, 403]);
    expect(served.address).not.toBe(address);
    expect((await get(address, { cookie })).status).toBe(200);
  });

  test.each(["//", "/%", "/engine?token=x"])("%s is answered", async (path) => {
    expect((await get(`${base()}/`, { cookie })).status).toBe(200);
    expect((await get(`${base()}${path}`, { cookie })).status).toBeLessThan(500);
  });

  test("no page under another host name or of another origin", async () => {
    expect((await get(`${base()}/`, { cookie, host: "evil.example" })).status).toBe(403);
    await expect(open({ cookie, origin: "http://evil.example" })).rejects.toThrow("403");
  });

  test("the page comes with the strict policy, and with a cookie that scripts cannot read", async () => {
    const { status, headers } = await get(served.address);
    expect(status).toBe(200);
    expect(headers["content-security-policy"]).toContain("default-src 'none'; script-src 'self'");
    expect(String(headers["set-cookie"])).toContain("HttpOnly; SameSite=Strict");
  });

  test.each(["/../secret.txt", "/..%2fsecret.txt", "/%2e%2e/secret.txt", "//etc/passwd"])(
    "%s is no file of the page",
    async (path) => {
      const { status, text } = await get(`${base()}${path}`, { cookie });
      expect({ status, text }).toEqual({ status: 404, text: "There is no such file.\n" });
    },
  );
});

suite("where it listens", () => {
  const listening = (options: { host?: string; port?: number; allowRemote?: boolean }) =>
    serve({ page: join(folder, "page"), launch: () => ({ pid: 0, takesPorts: false, send: () => undefined, kill: () => undefined }), ...options }); // prettier-ignore

  test("beyond this machine only where that is allowed, and then it says so", async () => {
    await expect(listening({ host: "0.0.0.0" })).rejects.toMatchObject({
      code: "usage",
      message: expect.stringMatching(/^--host 0\.0\.0\.0 lets other machines reach .* Add --allow-remote if/),
    });
    const { address, close } = await listening({ host: "0.0.0.0", allowRemote: true });
    expect(address).toMatch(/^http:\/\/0\.0\.0\.0:\d+\/\?token=/);
    await close();
  });

  const taken = () => Number(new URL(served.address).port);
  test.each([
    [
      "a port that is taken",
      () => ({ port: taken() }),
      () => `Port ${taken()} of 127.0.0.1 is taken by another program`,
    ],
    ["a port out of range", () => ({ port: 65_536 }), () => "Port 65536: ports go from 1 to 65535"],
    ["an address of another machine", () => ({ host: "192.0.2.1", allowRemote: true }), () => "192.0.2.1 is no address of this machine"], // prettier-ignore
    ["no address at all", () => ({ host: "nowhere.invalid", allowRemote: true }), () => /^(There is no machine called|The name) nowhere\.invalid/], // prettier-ignore
  ])("%s is refused with the reason", async (_name, options, reason) => {
    const message = reason();
    const expected: unknown =
      typeof message === "string" ? expect.stringContaining(message) : expect.stringMatching(message);
    await expect(listening(options())).rejects.toMatchObject({ code: "usage", message: expected });
  });
});

suite("a run over the socket", () => {
  let whole: Circuit;

  test("from task to circuit, with every step as an event in order", async () => {
    const { api, socket } = await open();
    expect((await api.hello()).protocol).toBe(PROTOCOL);
    expect((await api.listTasks()).map(({ name }) => name)).toContain("ioi");
    expect((await api.openTask({ file: REQUEST.task })).criterion).toBe("match");
    const id = await api.start("prune", REQUEST);
    const seen: EngineEvent[] = [];
    whole = await finished(api, id, seen);
    expectInOrder(seen);
    expect(seen.filter(isStepOf(id))).toHaveLength(whole.search.trials);
    const { state, circuit, steps } = await api.openRun(id);
    expect({ state, circuit, steps: steps.length }).toEqual({
      state: "finished",
      circuit: whole,
      steps: whole.search.trials,
    });
    socket.close();
  });

  test("prompts, attention, heatmaps and measurements come while nothing else is asked", async () => {
    const { api, socket } = await open();
    const { prompts, accuracy } = await api.preview(CHOICE);
    expect([prompts.length, accuracy]).toEqual([20, 1]);
    expect(prompts[0]!.clean.tokens.join("")).toContain(prompts[0]!.answers[0]!.trim());
    const attention = await api.attention({ ...CHOICE, head: "a1.h2", example: 0 });
    const length = prompts[0]!.clean.ids.length;
    expect(attention.cleanPattern.shape).toEqual([length, length]);
    for (let query = 0; query < length; query++) {
      const row = attention.cleanPattern.data.subarray(query * length, (query + 1) * length);
      expect(row.reduce((sum, x) => sum + x, 0)).toBeCloseTo(1, 5);
    }
    expect(attention.promoted[0]!.logit).toBeGreaterThan(attention.suppressed[0]!.logit);
    const heatmap = await api.heatmap({ ...CHOICE, site: "z", by: "head", direction: "noising" });
    expect([heatmap.effect.axes, heatmap.effect.shape]).toEqual(["layer head", [4, 8]]);
    const kept = whole.kept.heads!;
    const measured = await api.measure({ ...CHOICE, units: REQUEST.units, kept, split: "heldOut" });
    expect(measured).toEqual(whole.results!.heldOut);
    socket.close();
  });

  test("units to keep and units to do without are the user's to name", async () => {
    const { api, socket } = await open();
    const id = await api.start("prune", {
      ...REQUEST,
      criterion: "difference-only",
      keep: ["a3.h3"],
      without: ["a1.h5"],
    });
    const { kept, search } = await finished(api, id);
    expect(kept.heads).toContain("a3.h3");
    expect(kept.heads).not.toContain("a1.h5");
    expect([search.keep, search.without]).toEqual([["a3.h3"], ["a1.h5"]]);
    socket.close();
  });

  test("an error keeps its code, its sentence and every problem's place", async () => {
    const { api, socket } = await open();
    const text = "kind: contrast\nthing: 1\nprompts:\n  - { clean: 5 }\n";
    const refused = await api.openTask({ name: "mine.yaml", text }).catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: "invalid-task", place: { line: 2 } });
    expect((refused as { problems: unknown[] }).problems.length).toBeGreaterThan(1);
    await expect(api.openRun("none")).rejects.toMatchObject({ code: "usage", message: 'There is no run "none" here.' });
    socket.close();
  });

  test("stopped and resumed, a run gives the circuit of one that was not", async () => {
    const { api, socket } = await open();
    const id = await api.start("prune", REQUEST);
    await until(api, stepsOf(id) as (event: EngineEvent) => event is EngineEvent);
    await api.stop(id);
    await until(api, endOf(id, "stopped") as (event: EngineEvent) => event is EngineEvent);
    await api.resume(id);
    expect(figures(await finished(api, id))).toEqual(figures(whole));
    socket.close();
  });

  test("a socket that is cut misses no event when it comes back", async () => {
    const first = await open();
    const id = await first.api.start("prune", REQUEST);
    const seen: EngineEvent[] = [];
    await until(first.api, stepsOf(id) as (event: EngineEvent) => event is EngineEvent, seen);
    first.socket.terminate();
    const second = await open();
    const { search } = await finished(second.api, id, seen);
    expectInOrder(seen);
    expect(seen.filter(isStepOf(id))).toHaveLength(search.trials);
    second.socket.close();
  });

  test("the engine killed in the middle: the page hears of it, another one starts, and the run goes on to the same circuit", async () => {
    const { api, socket } = await open();
    const id = await api.start("prune", REQUEST);
    await until(api, stepsOf(id) as (event: EngineEvent) => event is EngineEvent);
    const closed = new Promise<string>((resolve) => socket.on("close", (_, reason) => resolve(reason.toString())));
    process.kill(served.engine.pid!, "SIGKILL");
    expect(await closed).toBe("The engine was killed by SIGKILL.");
    expect(JSON.parse((await get(`${base()}/engine`, { cookie })).text)).toMatchObject({
      reason: "The engine was killed by SIGKILL.",
    });
    served.engine.start();
    const again = await open();
    const { state } = (await again.api.listRuns()).find((run) => run.id === id)!;
    expect(state).toBe("stopped");
    await again.api.resume(id);
    expect(figures(await finished(again.api, id))).toEqual(figures(whole));
    again.socket.close();
  });
});

suite("large files of other people", () => {
  /** As many prompts as make a second's work of the reading; most of what the engine does with them is done by checking them. */
  const prompts = Array.from({ length: 30_000 }, (_, i) => ({
    clean: `When Mary and John went to shop ${i}, John gave a drink to`,
    corrupt: `When Mary and John went to shop ${i}, Mary gave a drink to`,
    answers: [" Mary"],
    wrong_answers: [" John"],
  }));
  const written = (name: string, content: unknown): string => {
    const file = join(folder, name);
    writeFileSync(file, JSON.stringify(content));
    return file;
  };
  const edges = Object.fromEntries(Array.from({ length: 60_000 }, (_, i) => [`a${i}.h0->logits`, { score: i }]));
  const samples = prompts.map((_, i) => ({ subject: `Country ${i}`, object: `City ${i}` }));
  const none = (error: unknown) => (error as { code: unknown }).code;
  /** What is asked, by name, and what of it is told when it comes. */
  const opened = {
    "a task": async (api: EngineApi) => (await api.openTask({ file: written("large.json", { prompts }) })).kind,
    "a relation": async (api: EngineApi) =>
      (await api.openRelation({ file: written("relation.json", { prompt_templates: ["{} is in"], samples }) })).kind,
    "a circuit file that is none": (api: EngineApi) =>
      api
        .openCircuit({ file: written("no.circuit.json", { format: "secateur.circuit", version: 1, edges }) })
        .catch(none),
    "a circuit's text that is none": (api: EngineApi) =>
      api.openCircuit({ name: "no", text: JSON.stringify({ format: "secateur.circuit", edges }) }).catch(none),
    "a task that is looked at": async (api: EngineApi) =>
      (
        await api.preview({
          ...CHOICE,
          task: written("look.json", { prompts: prompts.slice(0, 3000) }),
          examples: { discovery: 4, heldOut: 1 },
        })
      ).counts,
  } as const;

  test.each([
    ["a task", "contrast"],
    ["a relation", "relation"],
    ["a circuit file that is none", "invalid-file"],
    ["a circuit's text that is none", "invalid-file"],
    ["a task that is looked at", { discovery: 4, heldOut: 1 }],
  ] as const)("while %s is read, others are answered", async (what, expected) => {
    const [asking, other] = [await open(), await open()];
    let told: unknown;
    const asked = opened[what](asking.api).then((answer) => (told = answer));
    let answered = 0;
    while (told === undefined) {
      await other.api.hello();
      if (told === undefined) answered++;
    }
    await asked;
    expect(told).toEqual(expected);
    expect(answered).toBeGreaterThanOrEqual(10);
    asking.socket.close();
    other.socket.close();
  });

  test("what is wrong with one is said as of a small one, with every problem's place", async () => {
    const { api, socket } = await open();
    const file = written("wrong.json", { kind: "contrast", prompts: [...prompts.slice(0, 2000), { clean: 5 }] });
    const refused: unknown = await api.openTask({ file }).catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: "invalid-task", place: { file, line: 1 } });
    expect((refused as { problems: unknown[] }).problems.length).toBeGreaterThan(1);
    socket.close();
  });

  test("reading one ends when its reader asks for something else", async () => {
    const { api, socket } = await open();
    const left = api.preview({ ...CHOICE, task: written("left.json", { prompts }) }).catch((error: unknown) => error);
    const { prompts: pairs } = await api.preview(CHOICE);
    expect([await left, pairs.length]).toEqual([expect.objectContaining({ code: "cancelled" }), 20]);
    socket.close();
  });
});
