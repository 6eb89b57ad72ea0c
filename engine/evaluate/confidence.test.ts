import { expect, test } from "vitest";
import { criterionConfidence, criterionMargin } from "./confidence.ts";
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

test("examples of one prompt are drawn together: to repeat each of eight makes the criterion no surer", () => {
  const prompts = each(n, (e) => e).filter((e) => e < 8);
  const eight = {
    full: measured(prompts.map(() => 1), prompts.map(() => 1), prompts.map(() => 0)), // prettier-ignore
    empty: measured(prompts.map(() => 0), prompts.map(() => 0), prompts.map(() => 1)), // prettier-ignore
    circuit: measured(prompts.map(() => 1), prompts.map((e) => Number(e > 0)), prompts.map(() => 0)), // prettier-ignore
  };
  const expected = criterionConfidence(eight.circuit, eight, match, { seed: 1 });
  const wrongInOne = measured(each(n, () => 1), each(n, (e) => Number(e % 8 > 0)), each(n, () => 0)); // prettier-ignore
  const of = prompts.map((prompt) => Int32Array.from({ length: n / 8 }, (_, i) => 8 * i + prompt));
  expect(criterionConfidence(wrongInOne, anchors, match, { seed: 1, of })).toBe(expected);
  // No prompt of four drawn is the one that is wrong: (7/8)⁴ = 0.586.
  expect(Math.abs(expected - 0.586)).toBeLessThan(0.05);
  expect(judge(wrongInOne)).toBeLessThan(0.5);
});

test("the margin counts the deviations that the nearer half lies within its bound, and tells apart what holds in no draw", () => {
  const flat = (metric: number) => measured(each(n, (e) => metric + (e % 2 === 0 ? 0.1 : -0.1)), each(n, () => 1), each(n, () => 0)); // prettier-ignore
  const margin = (circuit: Measurement) =>
    criterionMargin(circuit, anchors, { ...match, name: "at-least" }, { seed: 1 });
  // The mean of 32 values of m ± 0.1 deviates by 0.1/√32; the draws' own deviation is known to a few percent.
  expect(margin(flat(0.95)) / ((0.95 - 0.9) / (0.1 / Math.sqrt(32)))).toBeCloseTo(1, 1);
  expect(margin(flat(0.6))).toBeLessThan(margin(flat(0.7)));
  expect([judge(flat(0.6)), judge(flat(0.7))]).toEqual([0, 0]);
});
