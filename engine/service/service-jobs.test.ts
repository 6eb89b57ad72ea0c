// Verbs as a client asks for them, on the embedded model: the same results as the tasks behind them, kept as files.
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { generateSettings } from "../choices/generate.ts";
import { lensSettings } from "../choices/lens.ts";
import { pruneSettings } from "../choices/prune.ts";
import type { Circuit } from "../circuit/circuit-schema.ts";
import type { EngineApi, EngineEvent } from "../contract.ts";
import { generateTask } from "../session/generate-task.ts";
import { lensTask } from "../session/lens-task.ts";
import { onlySearch, type PruneEvent, pruneTask } from "../session/prune-task.ts";
import { newJournalPath, runName } from "../session/run-store.ts";
import { engineService } from "./service.ts";

const home = process.env.SECATEUR_HOME;
let folder: string;
let engine: EngineApi;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "secateur-service-jobs-"));
  process.env.SECATEUR_HOME = folder;
  engine = engineService({ threads: 1 })();
});
afterAll(() => {
  if (home === undefined) delete process.env.SECATEUR_HOME;
  else process.env.SECATEUR_HOME = home;
  rmSync(folder, { recursive: true, force: true });
});

/** Events of a job up to its end. */
async function ended(id: string): Promise<EngineEvent[]> {
  const events: EngineEvent[] = [];
  for (let last = 0; ;) {
    for (const event of await engine.events(last)) {
      last = event.seq;
      events.push(event);
      if (event.type === "job" && event.job.id === id && ["finished", "failed", "stopped"].includes(event.job.state)) {
        return events;
      }
    }
  }
}

test("the lens of a job is the lens of the command line, token by token", async () => {
  const settings = { text: "The capital of Poland is", words: ["Warsaw"] };
  const id = await engine.start("lens", settings);
  await ended(id);
  const { result, command, summary } = await engine.result(id);
  expect(result).toEqual(await lensTask(lensSettings.parse(settings), { execution: { threads: 1 } }));
  expect(summary.headline).toEqual({ code: "lens", values: { token: " Warsaw", point: "residPre 2" } });
  expect(command).toBe("secateur lens --text 'The capital of Poland is' --words Warsaw --threads 1");
  expect(command).toBe(await engine.command("lens", settings));
});

test("text comes token by token, and the tokens that were told are those of the result", async () => {
  const settings = { text: "The capital of Poland is", maxTokens: 4, samples: 2, temperature: 1 };
  const id = await engine.start("generate", settings);
  const events = await ended(id);
  const told = events.flatMap((event) => (event.type === "part" && event.id === id ? [event.part] : []));
  const { result } = await engine.result(id);
  const made = await generateTask(generateSettings.parse(settings), { execution: { threads: 1 } });
  expect(result).toEqual(made);
  const shown = (sample: number) =>
    told.flatMap((part) => ((part as { sample: number }).sample === sample ? [(part as { shown: string }).shown] : []));
  expect([shown(0).join(""), shown(1).join("")]).toEqual(made.samples.map(({ text }) => text));
  expect((await engine.parts(id, 1)).parts).toEqual(told.slice(1));
});

test("what cannot be done fails with the sentence of the task behind it", async () => {
  const id = await engine.start("lens", { text: "x", model: "/no/such/model" });
  await ended(id);
  const job = (await engine.jobs()).find((own) => own.id === id)!;
  expect([job.state, job.failure?.code]).toEqual(["failed", "model-not-found"]);
});

const SMALL = {
  task: "tasks/ioi.yaml",
  examples: { discovery: 8, heldOut: 8, validation: 8 },
  orders: 1,
  swaps: 0,
  ...onlySearch,
};

test("a pruning run is a card among the others, deleted with its journal and circuit, and had back with both", async () => {
  const id = await engine.start("prune", SMALL);
  await ended(id);
  const runs = () => readdirSync(join(folder, "runs")).sort();
  const files = [`${id}.circuit.json`, `${id}.jsonl`];
  const { circuit } = await engine.openRun(id);
  expect([id, runs()]).toEqual(["ioi-sprig-1", files]);
  const f = circuit!.results!.heldOut!.faithfulness;
  const card = {
    id,
    verb: "prune",
    state: "finished",
    about: { task: "ioi", model: "sprig", n: 8 },
    headline: { code: "prune", values: { kept: circuit!.kept.heads!.length, f }, split: "heldOut" },
  };
  expect((await engine.results())[0]).toMatchObject(card);
  expect((await engine.result(id)).result).toMatchObject({ circuit });
  await engine.rename(id, "mine");
  await engine.deleteResult(id);
  expect([runs(), await engine.listRuns()]).toEqual([[], []]);
  await engine.restoreResult(id);
  expect([runs(), (await engine.openRun(id)).circuit]).toEqual([files, circuit]);
  expect((await engineService({ threads: 1 })().results())[0]).toMatchObject({ ...card, name: "mine" });
});

test("a run of the command line is on the list, is named like any other, and goes on where it was stopped", async () => {
  const journal = newJournalPath("ioi", "sprig");
  const controller = new AbortController();
  const onEvent = ({ type }: PruneEvent) => {
    if (type === "search") controller.abort();
  };
  const settings = pruneSettings.parse(SMALL);
  await expect(pruneTask(settings, { journal, signal: controller.signal, onEvent })).rejects.toThrow("Stopped");
  const id = runName(journal);
  expect((await engine.results())[0]).toMatchObject({ id, verb: "prune", state: "stopped", resumes: true, name: "" });
  await engine.note(id, "from the terminal");
  await engine.resume(id);
  await ended(id);
  const [card] = await engine.results();
  expect(card).toMatchObject({ id, state: "finished", note: "from the terminal", resumes: false });
  const { circuit } = await pruneTask(settings);
  const figures = (found: Circuit) => ({ ...found, environment: undefined });
  expect(figures((await engine.openRun(id)).circuit!)).toEqual(figures(circuit));
});
