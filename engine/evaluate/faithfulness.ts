// Faithfulness of a circuit, and the criterion that pruning keeps true.
import { EngineError } from "../base/errors.ts";
import { say, type Sentence } from "../base/sentence.ts";
import type { CriterionName } from "../task/schema.ts";

/**
 * f(C) = (m(C) − m(∅)) / (m(M) − m(∅)), a ratio of means: M the full model, ∅ everything prunable ablated.
 * Not clamped: f > 1 means that the circuit overshoots the model.
 */
export function faithfulness(circuit: number, full: number, empty: number): number {
  return (circuit - empty) / (full - empty);
}

/** The second half of a criterion: on right answers, or on the whole distribution where no single token is right. */
export type SecondHalf = "accuracy" | "kl";

export interface Criterion {
  readonly name: CriterionName;
  readonly threshold: number;
  readonly second: SecondHalf;
}

/** The model's own figures that a circuit is held against. */
export interface Ends {
  /** Mean metric of the full model and of the empty circuit. */
  readonly full: number;
  readonly empty: number;
  /** Top-1 accuracy of the full model. */
  readonly accuracy: number;
  /** KL(model‖∅), mean over examples, nats. */
  readonly klEmpty: number;
}

/** First half: |1 − f| ≤ 1 − threshold (`match`, `difference-only`) or f ≥ threshold (`at-least`). */
export function firstHalfHolds(criterion: Criterion, f: number): boolean {
  return criterion.name === "at-least" ? f >= criterion.threshold : Math.abs(1 - f) <= 1 - criterion.threshold + slack;
}

/** Second half: accuracy ≥ threshold × the model's, or KL(model‖C) ≤ (1 − threshold) × KL(model‖∅). */
export function secondHalfHolds(criterion: Criterion, value: number, ends: Ends): boolean {
  if (criterion.name === "difference-only") return true;
  return criterion.second === "accuracy"
    ? value >= criterion.threshold * ends.accuracy - slack
    : value <= (1 - criterion.threshold) * ends.klEmpty + slack;
}

/**
 * How far the nearer half of the criterion is from its bound, below zero where it is missed; the second half as a share of what it is
 * held against: the model's right answers, or KL(model‖∅).
 *
 * @param second null where it was not measured: then the first half alone
 */
export function criterionSlack(criterion: Criterion, f: number, second: number | null, ends: Ends): number {
  const { name, threshold } = criterion;
  const first = name === "at-least" ? f - threshold : 1 - threshold - Math.abs(1 - f);
  if (name === "difference-only" || second === null) return first;
  const shortfall =
    criterion.second === "accuracy" ? 1 - shareOf(second, ends.accuracy, 1) : shareOf(second, ends.klEmpty, 0);
  return Math.min(first, 1 - threshold - shortfall);
}

/** @param ofNothing where the whole is 0, as in a draw in which the model is never right */
const shareOf = (part: number, whole: number, ofNothing: number): number => (whole === 0 ? ofNothing : part / whole);

/** The half of a criterion that a circuit misses: its value, and the bound that it lies beyond. */
export interface MissedHalf {
  readonly half: "faithfulness" | SecondHalf;
  readonly value: number;
  readonly bound: number;
}

/**
 * @param second accuracy or KL; null where the first half failed, so that it was not measured
 * @returns undefined where neither is missed
 */
export function missedHalf(criterion: Criterion, f: number, second: number | null, ends: Ends): MissedHalf | undefined {
  const { threshold } = criterion;
  if (!firstHalfHolds(criterion, f))
    return { half: "faithfulness", value: f, bound: f < 1 ? threshold : 2 - threshold };
  if (second === null || secondHalfHolds(criterion, second, ends)) return undefined;
  const bound = criterion.second === "accuracy" ? threshold * ends.accuracy : (1 - threshold) * ends.klEmpty;
  return { half: criterion.second, value: second, bound };
}

/** "accuracy 0.7188, below 0.7290" */
export function describeMissed({ half, value, bound }: MissedHalf): string {
  const name = { faithfulness: "f", accuracy: "accuracy", kl: "KL" }[half];
  return `${name} ${value.toFixed(4)}, ${value < bound ? "below" : "above"} ${bound.toFixed(4)}`;
}

/** Thresholds that leave a quarter and a half of the room that the criterion leaves: 0.975 and 0.95 before 0.9. */
export const stricterThan = ({ threshold }: Criterion): number[] =>
  [1 / 4, 1 / 2].map((share) => 1 - share * (1 - threshold));

/** 1 − 0.9 is not 0.1 in binary; without this a circuit at the very threshold would miss it. */
const slack = 1e-12;

/** In words, for messages and the command line. */
export function describeCriterion({ name, threshold, second }: Criterion): string {
  const percent = `${Math.round(threshold * 1000) / 10} %`;
  const answers =
    second === "accuracy"
      ? say`top-1 accuracy ≥ ${percent} of the model's`
      : say`KL ≤ ${round(1 - threshold)} × KL(model‖∅)`;
  switch (name) {
    case "match":
      return say`|1 − f| ≤ ${round(1 - threshold)} and ${answers}`.text;
    case "at-least":
      return say`f ≥ ${threshold} and ${answers}`.text;
    case "difference-only":
      return `|1 − f| ≤ ${round(1 - threshold)}`;
  }
}

const round = (x: number) => Number(x.toPrecision(6));

/** The units of metrics, as words of a sentence. */
const UNITS: Readonly<Record<string, Sentence>> = {
  logits: say`logits`,
  probability: say`probability`,
  nats: say`nats`,
};

/** How many standard errors full and empty must lie apart for their ratio to mean anything. */
const leastSeparation = 3;

/** How far the full model's metric lies from the empty circuit's in the mean, with its standard error, and whether that is far enough. */
export function separationOf(full: Float64Array, empty: Float64Array) {
  const n = full.length;
  const gaps = full.map((value, i) => value - empty[i]);
  const gap = gaps.reduce((sum, x) => sum + x, 0) / n;
  const variance = gaps.reduce((sum, x) => sum + (x - gap) ** 2, 0) / Math.max(1, n - 1);
  const error = Math.sqrt(variance / n);
  return { gap, error, isSeparate: Math.abs(gap) > Math.max(leastSeparation * error, 1e-6) };
}

/**
 * Refuses a task on which full model and empty circuit do not differ: f would be a ratio of noise.
 *
 * @throws EngineError "degenerate-task"
 */
export function assertSeparated(full: Float64Array, empty: Float64Array, unit: string): void {
  const { gap, error, isSeparate } = separationOf(full, empty);
  const n = full.length;
  if (isSeparate) return;
  throw new EngineError(
    "degenerate-task",
    say`Full model and empty circuit differ by only ${gap.toPrecision(3)} ${UNITS[unit] ?? unit} (standard error ${error.toPrecision(3)}, ${n} examples), so faithfulness would be a ratio of noise. Use a corruption that changes the answer, another ablation, or a model that can do the task.`,
    { gap, error, examples: n },
  );
}
