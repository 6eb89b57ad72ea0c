import { expect, test } from "vitest";
import { Random } from "../base/random.ts";
import { crossedInterval } from "./interval.ts";

test("a mean of equal values has no width", () => {
  const ones = Array.from({ length: 5 }, () => [1, 1, 1, 1, 1]);
  expect(crossedInterval(ones, 1)).toEqual([1, 1]);
});

test("there is no interval of fewer than five draws, nor of fewer than five subjects", () => {
  const table = (draws: number, subjects: number) =>
    Array.from({ length: draws }, () => Array<number>(subjects).fill(1));
  expect([crossedInterval(table(4, 40), 1), crossedInterval(table(40, 4), 1)]).toEqual([undefined, undefined]);
});

// Oracle: of n independent coins the mean's standard error is √(p (1 − p) / n); the quantiles of 1000 resamples are rough.
test("a mean of subjects that all draws agree on is as wide as that of the subjects alone", () => {
  const random = Random.seeded(3, "coins");
  const subjects = Array.from({ length: 400 }, () => random.below(2));
  const [lo, hi] = crossedInterval(
    Array.from({ length: 10 }, () => subjects),
    1,
  )!;
  expect((hi - lo) / (2 * 1.96 * Math.sqrt(0.25 / 400))).toBeCloseTo(1, 0.5);
});
