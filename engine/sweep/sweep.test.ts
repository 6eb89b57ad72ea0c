// A sweep from its file to its report, on the embedded model.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { thisMachine } from "./machine.ts";
import { openStore } from "./open-store.ts";
import { missing, runHere } from "./run-here.ts";
import { onlyCells, readSweep } from "./sweep-plan.ts";
import { reportOf } from "./sweep-report.ts";

let folder: string;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), "sweep-"))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const ioi = resolve("tasks/ioi.yaml");
const SETTINGS = `settings:
  units: [head]
  examples: { discovery: 8, heldOut: 8 }
  random: 0
  parts: false
  roles: false
  connections: false
`;
const idle = () => new AbortController().signal;

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const store = (name: string) => openStore(join(folder, name));
const sweepOf = (seeds: string, more = "") =>
  readSweep(file(`${seeds}.yaml`, `name: s\nverb: prune\ntasks: [${ioi}]\nseeds: ${seeds}\n${SETTINGS}${more}`));

test.each([
  ["name: s\nverb: prnue\n", /:2:7: there is no verb "prnue".*prune/],
  [`name: s\nverb: prune\ntasks: [${ioi}]\nsettings: { unit: [head] }\n`, /:4:13: "unit" is no setting of prune/],
  [
    `name: s\nverb: prune\ntasks: [${ioi}]\ngrid: { threshold: [0.9, 9] }\n`,
    /:4:20: threshold is 9, which prune cannot take/,
  ],
  [`name: s\nverb: prune\ntasks: [none.yaml]\n`, /:3:8: there is no task file .*none\.yaml/],
  [
    `name: s\nverb: prune\nseeds: { from: 0, count: 100000 }\ngrid: { swaps: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11] }\n`,
    /the grid has 1100000 cells/,
  ],
])("a file that cannot be used is refused with the line: %#", (text, sentence) => {
  expect(() => readSweep(file("bad.yaml", text))).toThrow(sentence);
});

test("a sweep run again does what is missing alone, and an edited one keeps what still fits", async () => {
  const kept = store("again");
  const plan = sweepOf("[0, 1]");
  const done: string[] = [];
  const hooks = {
    signal: idle(),
    onDone: (_: number, __: number, record?: { id: string }) => record && done.push(record.id),
  };
  await runHere((await missing(plan.jobs, kept)).slice(0, 1), kept, hooks);
  await runHere(await missing(plan.jobs, kept), kept, hooks);
  expect(done).toEqual(plan.jobs.map(({ id }) => id));
  const edited = sweepOf("[1, 2]");
  expect((await missing(edited.jobs, kept)).map(({ at }) => at)).toEqual([{ task: ioi, seed: 2 }]);
  const { finished, missing: wanting, means } = await reportOf(edited, edited.jobs, kept);
  expect([finished, wanting, means.map(({ jobs }) => jobs)]).toEqual([1, 1, [2]]);
});

test("a job that is stopped goes on from its journal, and its result has the bytes of an undisturbed one", async () => {
  const { jobs } = sweepOf("[5]");
  const plain = store("plain");
  await runHere(jobs, plain, { signal: idle() });
  const broken = store("broken");
  const controller = new AbortController();
  const stop = runHere(jobs, broken, {
    signal: controller.signal,
    onStage: (_, stage, at) => stage === "pruning" && at > 3 && controller.abort(),
  });
  await expect(stop).rejects.toMatchObject({ code: "cancelled" });
  expect((await broken.attempts(jobs[0]!.id)).map(({ number }) => number)).toEqual([1]);
  await runHere(jobs, broken, { signal: idle() });
  const [one, other] = await Promise.all([plain, broken].map((each) => each.record(jobs[0]!.id)));
  expect(other!.content).toEqual(one!.content);
  expect([one!.attempts, other!.attempts, await broken.attempts(jobs[0]!.id)]).toEqual([1, 2, []]);
});

test("a job that cannot be done keeps its sentence, the rest goes on, and it is tried again", async () => {
  const kept = store("failing");
  const plan = sweepOf("[0]", "grid: { corruption: [none-such] }\ninclude: [{ task: " + ioi + ", seed: 5 }]\n");
  await runHere(plan.jobs, kept, { signal: idle() });
  const { rows, failed, finished } = await reportOf(plan, plan.jobs, kept);
  expect(rows.map(({ failure }) => failure ?? "")).toEqual([
    expect.stringContaining('there is no corruption "none-such"'),
    "",
  ]);
  expect([failed, finished]).toEqual([1, 1]);
  expect((await missing(plan.jobs, kept)).map(({ id }) => id)).toEqual([plan.jobs[0]!.id]);
});

test("a job that gives other bytes elsewhere is told with what differs, and the first result stays", async () => {
  const kept = store("twice");
  const { jobs, ...plan } = sweepOf("[0]");
  const machine = thisMachine({ threads: 2 });
  const result = (metric: number) => ({ circuit: { kept: { heads: [] }, metric, environment: { seconds: metric } } });
  const effort = { attempts: 1, seconds: 1 };
  const first = await kept.finish(jobs[0]!, result(1), { ...effort, machine });
  await kept.finish(jobs[0]!, result(1), { ...effort, machine: { ...machine, threads: 8 } });
  expect((await kept.record(jobs[0]!.id))!.others).toBeUndefined();
  await kept.finish(jobs[0]!, result(2), { ...effort, machine: { ...machine, threads: 4 } });
  const record = (await kept.record(jobs[0]!.id))!;
  expect(record.content).toEqual(first.content);
  expect(record.others!.map(({ machine: other }) => other.threads)).toEqual([4]);
  expect(plan.axes).toEqual([]);
});

test("cells are picked by axis and value", () => {
  const plan = sweepOf("[0, 1, 2]");
  expect(onlyCells(plan, ["seed=1", "task=ioi"]).map(({ at }) => at.seed)).toEqual([1]);
  expect(() => onlyCells(plan, ["seed=9"])).toThrow("--only seed=9: seed is none of 0, 1, 2.");
  expect(() => onlyCells(plan, ["colour=red"])).toThrow(
    "--only colour=red: write an axis and its value; axes are task, seed.",
  );
});
