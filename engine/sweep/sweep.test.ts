// A sweep from its file to its report, on the embedded model.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { BUCKET, type BucketServer, startBucketServer } from "../../test/bucket-server.ts";
import { BucketFiles, bucketPlace } from "./bucket-files.ts";
import { thisMachine } from "./machine.ts";
import { shareInterval } from "../evaluate/share-interval.ts";
import { openStore } from "./open-store.ts";
import { requireVerb } from "./require-verb.ts";
import { missing, runHere } from "./run-here.ts";
import { onlyCells, readSweep } from "./sweep-plan.ts";
import { overJobs, reportOf, secondsOf, type SweepRow } from "./sweep-report.ts";
import { sweepResult } from "./sweep-result.ts";
import { SweepStore } from "./sweep-store.ts";

let folder: string;
let bucket: BucketServer;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "sweep-"));
  bucket = await startBucketServer(join(folder, "server"), false);
});
afterAll(async () => {
  await bucket.close();
  rmSync(folder, { recursive: true, force: true });
});

const ioi = resolve("tasks/ioi.yaml");
const SETTINGS = `settings:
  units: [head]
  examples: { discovery: 8, heldOut: 8, validation: 8 }
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
  [
    `name: s\nverb: prune\ntasks: [${ioi}]\nsettings: { unit: [head] }\n`,
    /:4:13: "unit" is no setting of prune; correct the name or leave it out. Did you mean "units"\?/,
  ],
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

/** What a sweep's files may lie in. */
const STORES: Readonly<Record<string, () => SweepStore>> = {
  folder: () => store("broken"),
  bucket: () => {
    const address = `s3://${BUCKET}/broken`;
    return new SweepStore(new BucketFiles(address, bucketPlace(address, bucket.environment)));
  },
};

test.each(Object.keys(STORES))(
  "a sweep over a %s: a job that is stopped goes on from its journal, its file has the bytes of an undisturbed one in a folder, and the reports agree",
  async (place) => {
    const plan = sweepOf("[5]");
    const { jobs } = plan;
    const plain = store(`plain-${place}`);
    await runHere(jobs, plain, { signal: idle() });
    const broken = STORES[place]!();
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
    const { sha256 } = one!.content!;
    const [bytes, others] = await Promise.all(
      [plain, broken].map(({ files }) => files.read(`objects/${sha256.slice(0, 2)}/${sha256}.json`)),
    );
    expect(Buffer.compare(bytes!, others!)).toBe(0);
    const reports = await Promise.all([plain, broken].map((each) => sweepResult(plan, jobs, each, [])));
    const figures = reports.map(({ rows }) => rows.map(({ figures: { kept, f, holds } }) => ({ kept, f, holds })));
    expect(figures[1]).toEqual(figures[0]);
    expect(await missing(jobs, broken)).toEqual([]);
  },
);

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
  const { rows: shown, failed: lost } = await sweepResult(plan, plan.jobs, kept, []);
  expect([shown[0]!.failure, shown[0]!.figures, lost]).toEqual([rows[0]!.failure, {}, 1]);
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

test("means are of the finished jobs: figures with a bootstrap interval, the share of circuits that hold with Wilson's", () => {
  const row = (seed: number, holds: number): SweepRow => ({
    at: { seed },
    id: String(seed),
    state: "finished",
    figures: { kept: seed, holds },
    split: "heldOut",
    failure: undefined,
    differs: [],
  });
  const unfinished: SweepRow = { ...row(0, 0), state: "failed", figures: {} };
  const rows = [...[1, 2, 3, 4, 5].map((seed) => row(seed, 1)), unfinished];
  const { finished, figures } = overJobs(rows.map((one) => ({ row: one, circuit: undefined })));
  expect([finished, Object.keys(figures)]).toEqual([5, ["kept", "holds"]]);
  expect(figures.kept!.mean).toBe(3);
  const [low, high] = figures.kept!.interval!;
  expect([low < 3 && low >= 1, high > 3 && high <= 5]).toEqual([true, true]);
  expect(figures.holds).toEqual({ mean: 1, interval: shareInterval(5, 5) });
});

test("seconds add up to tenths", () => {
  expect(secondsOf([0.7, 0.1, 0.1].map((seconds) => ({ figures: { seconds } })))).toBe(0.9);
});

test("a job of another version's verb is not done here", () => {
  expect(() => requireVerb({ verb: "prune", verbVersion: 99 })).toThrow(
    /gives the result of prune in form \d+, and the job asks for form 99; use one version everywhere/,
  );
  expect(() => requireVerb({ verb: "prnue" as "prune", verbVersion: 1 })).toThrow("does not know prnue");
});
