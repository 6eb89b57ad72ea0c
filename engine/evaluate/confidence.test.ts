import { expect, test } from "vitest";
import { criterionConfidence } from "./confidence.ts";
import type { Measurement } from "./evaluator.ts";
import type { Criterion } from "./faithfulness.ts";

const measured = (metric: readonly number[], correct: readonly number[], kl: readonly number[]): Measurement => ({
  metric: Float64Array.from(metric),
  correct: Float64Array.from(correct),
  kl: Float64Array.from(kl),
});
const each = <T>(n: number, of: (e: number) => T): T[] => Array.from({ length: n }, (_, e) => of(e));
const match: Criterion = { name: "match", threshold: 0.9, second: "accuracy" };

const n = 64;
const full = measured(each(n, () => 1), each(n, () => 1), each(n, () => 0)); // prettier-ignore
const empty = measured(each(n, () => 0), each(n, () => 0), each(n, () => 1)); // prettier-ignore
const anchors = { full, empty };
const judge = (circuit: Measurement, criterion = match) =>
  criterionConfidence(circuit, anchors, criterion, { seed: 1 });

test("the model itself holds in every draw, the empty circuit in none", () => {
  expect([judge(full), judge(empty)]).toEqual([1, 0]);
});

test("a circuit at the very edge of f holds in half of all draws", () => {
  // f of a draw of 32 is the mean of values of 0.9 ± 0.2, normal to within 1 %: half of them reach 0.9.
  const circuit = measured(each(n, (e) => (e % 2 === 0 ? 0.7 : 1.1)), each(n, () => 1), each(n, () => 0)); // prettier-ignore
  const symmetric: Criterion = { ...match, name: "at-least" };
  // P(K ≥ 16) for K ~ Binomial(32, 1/2) is 0.570, as half the draws tie at 16 or lie above.
  expect(judge(circuit, symmetric)).toBeGreaterThan(0.52);
  expect(judge(circuit, symmetric)).toBeLessThan(0.62);
});

test("each half is asked for by itself, and both in the same draw", () => {
  // Right in 58 of 64: of 32 drawn at least 29 must be right, P(Binomial(32, 58/64) ≥ 29) = 0.654.
  const wrongAtTimes = measured(each(n, () => 1), each(n, (e) => Number(e >= 6)), each(n, () => 0)); // prettier-ignore
  expect(Math.abs(judge(wrongAtTimes) - 0.654)).toBeLessThan(0.05);
  expect(judge(wrongAtTimes, { ...match, name: "difference-only" })).toBe(1);
});

test("where no single answer is right, the distribution decides", () => {
  const kl: Criterion = { ...match, second: "kl" };
  const far = measured(each(n, () => 1), each(n, () => 1), each(n, () => 0.2)); // prettier-ignore
  const near = measured(each(n, () => 1), each(n, () => 0), each(n, () => 0.05)); // prettier-ignore
  expect([judge(far, kl), judge(near, kl)]).toEqual([0, 1]);
});

test("the same seed gives the same share", () => {
  const circuit = measured(each(n, (e) => 0.8 + (e % 5) / 20), each(n, () => 1), each(n, () => 0)); // prettier-ignore
  expect(judge(circuit)).toBe(judge(circuit));
});
