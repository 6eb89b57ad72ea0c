// A sweep's report as text and CSV, whole.
import { expect, test } from "vitest";
import type { SweepReport, SweepRow } from "../engine/sweep/sweep-report.ts";
import { queueText, sweepCsv, sweepText } from "./sweep-table.ts";

const row = (seed: number, more: Partial<SweepRow>): SweepRow => ({
  at: { task: "/tasks/ioi.yaml", seed },
  id: `id${seed}`,
  state: "missing",
  figures: {},
  split: undefined,
  failure: undefined,
  differs: [],
  ...more,
});

const REPORT: SweepReport = {
  name: "s",
  verb: "prune",
  jobs: 9,
  finished: 2,
  failed: 6,
  missing: 1,
  seconds: 3,
  rows: [
    row(0, { state: "finished", figures: { kept: 5, f: 0.91234, seconds: 1, holds: 1 }, split: "heldOut" }),
    row(1, {
      state: "finished",
      figures: { kept: 6, f: 0.95, seconds: 2, holds: 0 },
      split: "heldOut",
      differs: ["threads 2 and 4"],
    }),
    ...[2, 3, 4, 5, 6, 7].map((seed) => row(seed, { state: "failed", failure: "in, vain" })),
    row(8, {}),
  ],
  means: [
    {
      at: { task: "/tasks/ioi.yaml" },
      jobs: 9,
      finished: 2,
      figures: {
        kept: { mean: 5.5, interval: null },
        f: { mean: 0.93117, interval: [0.91234, 0.95] },
        holds: { mean: 0.5, interval: [0.236, 0.763] },
        jaccard: { mean: 1, interval: [1, 1] },
      },
    },
  ],
};

test("a mean for each combination of the axes but the seed, the share that holds in per cent, and the first failures", () => {
  expect(sweepText(REPORT)).toBe(
    `s: prune, 9 jobs: 2 finished, 6 failed, 1 missing

task  done  kept                     f     holds held out   Jaccard
ioi    2/9  5.50  0.931 [0.912, 0.950]  50 % [24 %, 76 %]  1 [1, 1]

${[2, 3, 4, 5, 6].map((seed) => `failed: task ioi, seed ${seed}: in, vain`).join("\n")}
failed: 1 more; --csv lists them all.
other bytes elsewhere: task ioi, seed 1: threads 2 and 4

Means over seeds with 95 % intervals; figures are of the held-out examples.`,
  );
});

test("CSV has a row for each job, with what it found or why not", () => {
  expect(sweepCsv(REPORT).trim().split(/\r?\n/).slice(0, 4)).toEqual([
    "job,task,seed,state,split,kept,f,seconds,holds,failure,differs",
    "id0,ioi,0,finished,heldOut,5,0.91234,1,1,,",
    "id1,ioi,1,finished,heldOut,6,0.95,2,0,,threads 2 and 4",
    'id2,ioi,2,failed,,,,,,"in, vain",',
  ]);
});

test("the queue: who is at what, and what was handed back for which reason, told once for many jobs", () => {
  const sentence = "No model here.";
  const state = {
    workers: 2,
    waiting: 3,
    active: [
      { at: { seed: 1 }, progress: { worker: "a", stage: "pruning", done: 3, total: 9 } },
      { at: { seed: 2 }, progress: undefined },
    ],
    handedBack: [3, 4].map((seed) => ({ at: { seed }, worker: "b", sentence })),
  };
  expect(queueText(state)).toBe(`queue: 2 workers, 2 jobs under way, 3 waiting
a: seed 1: pruning 3/9
begun: seed 2
handed back, 2 jobs, by b: No model here.`);
});
