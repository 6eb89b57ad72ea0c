// Oracles: all flips counted by hand; tables of Student's t (two-sided 5 % points of 1, 10 and 60 degrees of freedom); Holm's own rule.
import { expect, test } from "vitest";
import { Random } from "../base/random.ts";
import { holm, pairedPermutation, twoSampleT } from "./significance.ts";

test("a paired permutation test counts all flips of few differences", () => {
  // Of 8 flips of (1, 2, 4) only the own one and its mirror reach 7; of (1, 1, −1): all with a sum of at least 1 in size.
  expect(pairedPermutation(Float64Array.of(1, 2, 4), 0)).toBe(2 / 8);
  expect(pairedPermutation(Float64Array.of(1, 1, -1), 0)).toBe(1);
  expect(pairedPermutation(Float64Array.of(0, 0, 0), 0)).toBe(1);
});

test("many differences around 0 are no effect, many of one sign are one", () => {
  const random = Random.seeded(3);
  const around = Float64Array.from({ length: 40 }, () => random.normal());
  const centred = around.map((x) => x - around.reduce((sum, y) => sum + y, 0) / 40);
  expect(pairedPermutation(centred, 0)).toBe(1);
  expect(
    pairedPermutation(
      around.map((x) => Math.abs(x)),
      0,
    ),
  ).toBe(1 / 10_000);
});

test("Holm multiplies the smallest p by their number, the next by one less, and never falls", () => {
  expect(holm([0.01, 0.04, 0.03, 0.005])).toEqual([0.03, 0.06, 0.06, 0.02]);
  expect(holm([0.5, 0.9])).toEqual([1, 1]);
});

test.each([
  [1, 12.7062],
  [10, 2.228139],
  [60, 2.000298],
])("the t-test has p = .05 at the tabled t of %i degrees of freedom", (freedom, t) => {
  // Two samples of ±1 spread around 0 and around a shift that makes this t.
  const sizes = freedom === 1 ? [1, 2] : [(freedom + 2) / 2, (freedom + 2) / 2];
  const spread = (n: number) => Float64Array.from({ length: n }, (_, i) => (n === 1 ? 0 : i % 2 ? 1 : -1));
  const [a, b] = sizes.map(spread);
  const squares = [a, b].map((x) => {
    const mean = x.reduce((sum, y) => sum + y, 0) / x.length;
    return x.reduce((sum, y) => sum + (y - mean) ** 2, 0);
  });
  const variance = (squares[0] + squares[1]) / freedom;
  const meanOf = (x: Float64Array) => x.reduce((sum, y) => sum + y, 0) / x.length;
  const shift = t * Math.sqrt(variance * (1 / sizes[0] + 1 / sizes[1])) - (meanOf(a) - meanOf(b));
  expect(
    twoSampleT(
      a.map((x) => x + shift),
      b,
    ),
  ).toBeCloseTo(0.05, 5);
});
