import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { EngineEvent } from "../contract.ts";
import type { JobState } from "../contract/jobs.ts";
import { EventLog } from "./event-log.ts";
import { Jobs } from "./jobs.ts";
import { ResultStore } from "./result-store.ts";
import { LENS, Script } from "../../test/scripted-verbs.ts";

let home: string;
/** Of the results. */
let folder: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "secateur-jobs-"));
  vi.stubEnv("SECATEUR_HOME", home);
  folder = join(home, "results");
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(home, { recursive: true });
});

/** An engine's jobs over the folder, and what its verbs do. */
function engine(capacity?: number) {
  const log = new EventLog(0, capacity);
  const script = new Script();
  const jobs = new Jobs(log, { threads: 1 }, new ResultStore(folder), script.verbs);
  const until = async (id: string, state: JobState) => {
    const isThere = () => jobs.list().some((job) => job.id === id && job.state === state);
    while (!isThere()) await new Promise(setImmediate);
  };
  const states = () => Object.fromEntries(jobs.list().map(({ id, state }) => [id, state]));
  return { log, script, jobs, until, states };
}

const onDisk = () => (existsSync(folder) ? readdirSync(folder) : []).filter((name) => !name.startsWith("."));

test("jobs work one at a time, what was asked for before background checks, and each tells its states", async () => {
  const { jobs, script, until, log } = engine();
  const a = jobs.start("lens", { text: "a" });
  const check = jobs.start("lens", { text: "check" }, "background");
  const b = jobs.start("lens", { text: "b" });
  expect(jobs.list().map(({ id, state }) => [id, state])).toEqual([
    [a, "running"],
    [b, "waiting"],
    [check, "waiting"],
  ]);
  for (const [i, [name, id]] of [
    ["a", a],
    ["b", b],
    ["check", check],
  ].entries()) {
    await script.has(i + 1);
    script.end(name);
    await until(id, "finished");
  }
  expect(script.begun).toEqual(["a", "b", "check"]);
  const told = (await log.after(0)).flatMap((event) =>
    event.type === "job" && event.job.id === b ? [event.job.state] : [],
  );
  expect(told).toEqual(["waiting", "running", "finished"]);
});

test("waiting jobs are moved, held back and let go on in their turn", async () => {
  const { jobs, script, until, states } = engine();
  const [a, b, c, d] = ["a", "b", "c", "d"].map((text) => jobs.start("lens", { text }));
  jobs.move(d, b);
  jobs.pause(b);
  expect(states()).toEqual({ [a]: "running", [d]: "waiting", [c]: "waiting", [b]: "paused" });
  jobs.resume(b);
  jobs.move(b, c);
  expect(Object.keys(states())).toEqual([a, d, b, c]);
  for (const [i, name] of ["a", "d", "b", "c"].entries()) {
    await script.has(i + 1);
    script.end(name);
  }
  await until(c, "finished");
  expect(script.begun).toEqual(["a", "d", "b", "c"]);
});

test("a waiting job that is stopped is taken out, and one that is stopped in the middle leaves nothing that cannot go on", async () => {
  const { jobs, script, until, log } = engine();
  const a = jobs.start("lens", { text: "a" });
  const b = jobs.start("lens", { text: "b" });
  const c = jobs.start("lens", { text: "c" });
  jobs.stop(b);
  await script.has(1);
  jobs.stop(a);
  await until(a, "stopped");
  await script.has(2);
  script.end("c");
  await until(c, "finished");
  expect([script.begun, onDisk()]).toEqual([["a", "c"], [c]]);
  const gone = (await log.after(0)).flatMap((event) => (event.type === "result-deleted" ? [event.id] : []));
  expect(gone).toEqual([b, a]);
  expect(jobs.results().map(({ id, state }) => [id, state])).toEqual([[c, "finished"]]);
});

test("a verb with a ledger is paused in the middle and goes on from it; one without refuses and works on", async () => {
  const { jobs, script, until } = engine();
  const lens = jobs.start("lens", { text: "lens" });
  await script.has(1);
  expect(() => jobs.pause(lens)).toThrow(`${lens} cannot be paused in the middle of its work; let it run, or stop it.`);
  script.end("lens");
  const text = jobs.start("generate", { text: "text" });
  await script.has(2);
  jobs.pause(text);
  await until(text, "paused");
  expect(jobs.results().find(({ id }) => id === text)).toMatchObject({ state: "paused", resumes: true });
  jobs.resume(text);
  await script.has(3);
  script.end("text");
  await until(text, "finished");
  expect(jobs.result(text).result).toMatchObject({ notes: [{ text: "text" }, { text: "text" }] });
  expect(() => jobs.resume(text)).toThrow(`${text} cannot be gone on with: it is finished.`);
});

test("a background check that can go on gives its turn to what a person asks for, and goes on after it", async () => {
  const { jobs, script, until } = engine();
  const check = jobs.start("generate", { text: "check" }, "background");
  await script.has(1);
  const asked = jobs.start("lens", { text: "asked" });
  await script.has(2);
  script.end("asked");
  await script.has(3);
  script.end("check");
  await until(check, "finished");
  expect([script.begun, jobs.result(asked).result]).toEqual([["check", "asked", "check"], LENS]);
  expect(jobs.result(check).result).toMatchObject({ notes: [{ text: "check" }, { text: "check" }] });
});

test("a job that fails says why, is kept with the reason, and holds nobody up", async () => {
  const { jobs, script, until } = engine();
  const a = jobs.start("lens", { text: "a" });
  const b = jobs.start("lens", { text: "b" });
  await script.has(1);
  script.end("a", new Error("no such layer"));
  await script.has(2);
  script.end("b");
  await until(b, "finished");
  const failure = { code: "internal", message: "no such layer" };
  expect(jobs.results()).toMatchObject([
    { id: b, state: "finished" },
    { id: a, state: "failed", failure, resumes: false },
  ]);
  expect(() => jobs.result(a)).toThrow(`${a} has no result: no such layer`);
});

test("settings that the verb does not have are refused with their place, and nothing is begun", () => {
  const { jobs } = engine();
  expect(() => jobs.start("lens", { top: 0 } as never)).toThrow(
    "settings of lens.top is 0. Give a whole number from 1",
  );
  expect(() => jobs.start("generate", { colour: "red" } as never)).toThrow('settings of generate has no "colour"');
  expect([jobs.list(), onDisk()]).toEqual([[], []]);
});

test("a result is what was made, to the bit, also for an engine that is started anew, with the command that makes it again", async () => {
  const first = engine();
  const id = first.jobs.start("lens", { text: "a", top: 3 });
  await first.script.has(1);
  first.script.end("a");
  await first.until(id, "finished");
  const { jobs } = engine();
  expect(jobs.list()).toEqual([]);
  const [summary] = jobs.results();
  expect(summary).toMatchObject({
    id,
    verb: "lens",
    state: "finished",
    about: { model: "sprig", n: 1 },
    headline: { code: "lens", values: { token: "a", point: "residPost 0" } },
    name: "",
    pinned: false,
  });
  const stored = jobs.result(id);
  expect(stored.result).toStrictEqual(LENS);
  expect(stored).toMatchObject({ summary, settings: { model: "sprig", text: "a", top: 3, sites: ["residPre"] } });
  expect(stored.command).toBe("secateur lens --text a --top 3 --threads 1");
});

test("what an engine was at when it was killed is listed by the next one, and goes on where its verb can", async () => {
  const first = engine();
  const [text, lens, waiting] = [
    first.jobs.start("generate", { text: "text" }),
    first.jobs.start("lens", { text: "lens" }),
    first.jobs.start("lens", { text: "waiting" }),
  ];
  await first.script.has(1);
  // As a killed process leaves them: no lock has a holder any more, and one more job had begun.
  const record = (id: string) => join(folder, id, "record.json");
  for (const id of [text, lens, waiting]) rmSync(`${record(id)}.lock`);
  const begun = readFileSync(record(lens), "utf8").replace('"begun":false', '"begun":true');
  writeFileSync(record(lens), begun.replace('"state":"waiting"', '"state":"running"'));
  const { jobs, script, until } = engine();
  expect(jobs.results().map(({ id, state, resumes }) => [id, state, resumes])).toEqual(
    [
      [waiting, "stopped", true],
      [lens, "failed", false],
      [text, "stopped", true],
    ].sort(([a], [b]) => order(String(a), String(b))),
  );
  expect(() => jobs.resume(lens)).toThrow(`${lens} cannot be gone on with: its verb begins anew.`);
  jobs.resume(text);
  jobs.resume(waiting);
  await script.has(1);
  script.end("text");
  await script.has(2);
  script.end("waiting");
  await until(waiting, "finished");
  expect(jobs.result(text).result).toMatchObject({ notes: [{ text: "text" }, { text: "text" }] });

  function order(a: string, b: string): number {
    const when = (id: string) => (JSON.parse(readFileSync(record(id), "utf8")) as { when: string }).when;
    return when(b).localeCompare(when(a)) || b.localeCompare(a);
  }
});

test("two engines over one folder never share a name, and neither touches what the other is at", async () => {
  const [one, two] = [engine(), engine()];
  const [a, b] = [one.jobs.start("lens", { text: "a" }), two.jobs.start("lens", { text: "b" })];
  expect(new Set([a, b]).size).toBe(2);
  expect(two.jobs.results().find(({ id }) => id === a)).toMatchObject({ state: "running", resumes: false });
  for (const touch of [() => two.jobs.remove(a), () => two.jobs.edit(a, { name: "mine" })]) {
    expect(touch).toThrow(`${a} is under way in another program (process ${process.pid}); it can be stopped there.`);
  }
  await Promise.all([one.script.has(1), two.script.has(1)]);
  one.script.end("a");
  two.script.end("b");
  await Promise.all([one.until(a, "finished"), two.until(b, "finished")]);
  two.jobs.edit(a, { name: "mine" });
  expect(one.jobs.results().find(({ id }) => id === a)).toMatchObject({ name: "mine", state: "finished" });
});

test("results are renamed, noted and pinned, deleted and had back, and every change is told", async () => {
  const { jobs, script, until, log } = engine();
  const id = jobs.start("lens", { text: "a" });
  await script.has(1);
  expect(() => jobs.remove(id)).toThrow(`${id} is under way; stop it before it is deleted.`);
  script.end("a");
  await until(id, "finished");
  const { seq } = (await log.after(0)).at(-1)!;
  jobs.edit(id, { name: "首都" });
  jobs.edit(id, { note: "two\nlines" });
  jobs.edit(id, { pinned: true });
  jobs.remove(id);
  expect(jobs.results()).toEqual([]);
  expect(() => jobs.result(id)).toThrow(`There is no result "${id}" here.`);
  jobs.restore(id);
  const [kept] = engine().jobs.results();
  expect(kept).toMatchObject({ id, name: "首都", note: "two\nlines", pinned: true });
  const told = (await log.after(seq)).map((event: EngineEvent) => event.type);
  expect(told).toEqual(["result", "result", "result", "result-deleted", "result"]);
});

test("a name that was deleted is not given to another, so that it can always be had back", async () => {
  const { jobs, script, until } = engine();
  const first = jobs.start("lens", { text: "a" });
  await script.has(1);
  script.end("a");
  await until(first, "finished");
  jobs.remove(first);
  const second = jobs.start("lens", { text: "b" });
  expect([first, second]).toEqual(["lens-sprig-1", "lens-sprig-2"]);
});

test("what cannot be read any more is listed with its reason and harms no other", async () => {
  const { jobs, script, until } = engine();
  const ids = ["good", "content", "record", "settings", "version", "verb", "newer", "lost"].map((text) =>
    jobs.start("lens", { text }),
  );
  for (const [i, text] of ["good", "content", "record", "settings", "version", "verb", "newer", "lost"].entries()) {
    await script.has(i + 1);
    script.end(text);
    await until(ids[i], "finished");
  }
  const [good, content, record, settings, version, verb, newer, lost] = ids;
  const file = (id: string, name = "record.json") => join(folder, id, name);
  const change = (path: string, from: string | RegExp, to: string) => {
    const text = readFileSync(path, "utf8");
    expect(text).toMatch(from);
    writeFileSync(path, text.replace(from, to));
  };
  change(file(content, "result.json"), "residPost", "residPre");
  writeFileSync(file(record), "{ cut of");
  change(file(settings), '"top":5', '"top":"many"');
  change(file(version), '"verbVersion":1', '"verbVersion":0');
  change(file(verb), '"verb":"lens"', '"verb":"dream"');
  change(file(newer), '"version":1', '"version":7');
  rmSync(file(lost, "result.json"));
  mkdirSync(join(folder, "empty"));
  const found = Object.fromEntries(
    engine()
      .jobs.results()
      .map(({ id, state, failure }) => [id, `${state} ${failure?.message ?? ""}`]),
  );
  expect(found).toEqual({
    [good]: "finished ",
    [content]: "finished ",
    [record]: `damaged ${file(record)}: its text is damaged.`,
    [settings]: `damaged ${file(settings)}: settings.top is "many". Give a whole number from 1 to 1000000.`,
    [version]: expect.stringMatching(
      /^damaged .*have another form; run it again: secateur lens --text version /,
    ) as string,
    [verb]: `damaged ${file(verb)}: this version knows no "dream"; open it with the one that made it.`,
    [newer]: `damaged ${file(newer)}: it was made by a newer Secateur; open it with that.`,
    [lost]: "failed Its result is missing; run it again.",
    empty: expect.stringMatching(/^damaged .*there is no such file/) as string,
  });
  expect(() => jobs.result(content)).toThrow(`${file(content, "result.json")}: its text is not what was written.`);
  expect(jobs.result(good).result).toStrictEqual(LENS);
});

test("a job that tells thirty thousand times fills neither the log nor the memory, and a page that reads late is told from where", async () => {
  const { jobs, script, log } = engine(1000);
  const id = jobs.start("generate", { text: "a" });
  await script.has(1);
  const { report, part } = script.work("a");
  for (let i = 1; i <= 30_000; i++) {
    report("reading", i, 30_000);
    part(i as never);
  }
  const events = await log.after(0);
  expect(events.length).toBeLessThanOrEqual(1001);
  expect(events[0].type).toBe("missed");
  expect(events.filter(({ type }) => type === "job-progress")).toMatchObject([{ progress: { done: 30_000 } }]);
  const { from, parts } = jobs.parts(id, 0);
  expect([from + parts.length, parts.at(-1)]).toEqual([30_000, 30_000]);
  expect(parts.length).toBeLessThanOrEqual(20_000);
  expect(parts[0]).toBe(from + 1);
  expect(jobs.parts(id, 29_999)).toEqual({ from: 29_999, parts: [30_000] });
});
