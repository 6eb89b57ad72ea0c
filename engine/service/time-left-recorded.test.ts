// How good the time left is: jobs as they told their progress, each without knowledge of any other.
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { VERB_ROWS } from "../contract/verbs.ts";
import { VERBS } from "../verbs/table.ts";
import type { Stage } from "../verbs/verb.ts";
import { TimeLeft } from "./time-left.ts";

interface Recorded {
  readonly stages: readonly string[];
  readonly runs: readonly {
    readonly name: string;
    readonly verb: "prune" | "curves" | "stability";
    readonly settings: unknown;
    readonly seconds: number;
    readonly notes: readonly (readonly [seconds: number, stage: number, done: number, total: number])[];
  }[];
}

const { stages, runs } = JSON.parse(readFileSync("test/reference/time-left.json", "utf8")) as Recorded;

/** What is told at half time, the middle of the range by ratio, over what was left in truth; 1 is right. */
function atHalfTime({ verb, settings, seconds, notes }: Recorded["runs"][number]): number {
  const { settings: schema } = VERB_ROWS[verb];
  const { stages: stagesOf } = VERBS[verb];
  const ofVerb = (stagesOf as (settings: unknown) => readonly Stage[])(schema.parse(settings));
  const half = seconds / 2;
  let now = 0;
  const left = new TimeLeft(ofVerb, [], () => now);
  for (const [at, stage, done, total] of notes.filter(([at]) => at <= half)) {
    now = at;
    left.note(stages[stage], done, total);
  }
  now = half;
  const [low, high] = left.range()!;
  return Math.sqrt(low * high) / half;
}

test("at half time the first job of its kind is told what is left within a factor of 2, in the median of recorded runs", () => {
  const factors = runs.map((run) => atHalfTime(run)).map((ratio) => Math.max(ratio, 1 / ratio));
  const median = [...factors].sort((a, b) => a - b)[Math.floor(factors.length / 2)];
  expect(factors.length).toBeGreaterThanOrEqual(7);
  expect(median, factors.map((factor, i) => `${runs[i].name}: ${factor.toFixed(2)}`).join("; ")).toBeLessThanOrEqual(2);
});
