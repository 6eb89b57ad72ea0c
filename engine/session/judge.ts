// Judges a circuit on the examples that its search did not see: its figures, and those of random circuits of its size.
import type { UnitSet } from "../circuit/unit-set.ts";
import type { Evaluator } from "../evaluate/evaluator.ts";
import {
  type Figures,
  measureAnchors,
  measureFigures,
  measureRandom,
  type RandomBaseline,
} from "../evaluate/report.ts";
import { metricUnit } from "../metric/metric.ts";
import type { Example } from "../task/example.ts";
import type { Prepared } from "./prepare.ts";

/** Random circuits are many and need no more examples than it takes to see that they fail. */
const randomExamples = 32;

/** How many random circuits are measured where nobody says otherwise. */
export const defaultRandom = 100;

export interface HeldOutJudgement {
  readonly heldOut: Figures | undefined;
  readonly random: RandomBaseline | undefined;
}

export interface JudgeProgress {
  readonly heldOut: (done: number, total: number) => void;
  readonly random: (done: number, total: number) => void;
}

/** @param random number of random circuits to compare with; 0 for none */
export async function judgeHeldOut(
  evaluatorOn: (examples: readonly Example[]) => Promise<Evaluator>,
  { heldOut, criterion, seed, task }: Prepared,
  kept: UnitSet,
  random: number,
  progress: JudgeProgress,
): Promise<HeldOutJudgement> {
  if (heldOut.length === 0) return { heldOut: undefined, random: undefined };
  progress.heldOut(0, 1);
  const unit = metricUnit[task.metric];
  const evaluator = await evaluatorOn(heldOut);
  const anchors = await measureAnchors(evaluator, unit);
  const figures = await measureFigures(evaluator, anchors, kept, criterion, seed);
  if (random === 0) return { heldOut: figures, random: undefined };
  const small = heldOut.length <= randomExamples ? evaluator : await evaluatorOn(heldOut.slice(0, randomExamples));
  const ends = small === evaluator ? anchors.ends : (await measureAnchors(small, unit)).ends;
  const baseline = await measureRandom(small, ends, kept, random, seed, (done) => progress.random(done, random));
  return { heldOut: figures, random: baseline };
}
