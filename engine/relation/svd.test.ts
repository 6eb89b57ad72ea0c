import { expect, test } from "vitest";
import { Random } from "../base/random.ts";
import { dot, product } from "./linear-map.ts";
import { decompose, principalAxes, pseudoInverse, rightAxes, truncated, unreachable } from "./svd.ts";

const d = 8;
const random = Random.seeded(2, "svd");
const weight = Float64Array.from({ length: d * d }, () => random.normal());
const vector = Float64Array.from({ length: d }, () => random.normal());
const map = { weight, bias: new Float64Array(d), rank: d };
const decomposition = decompose(weight, d);
const greatest = (a: Float64Array, b: ArrayLike<number>) =>
  a.reduce((most, x, i) => Math.max(most, Math.abs(x - b[i])), 0);

test("all singular directions together are the matrix", () => {
  expect(greatest(truncated(map, decomposition.right, d).weight, weight)).toBeLessThan(1e-12);
});

test("a cut of rank ρ misses the singular values behind ρ, in the Frobenius norm", () => {
  const rest = truncated(map, decomposition.right, 3).weight.map((x, i) => x - weight[i]);
  const missed = decomposition.singular.slice(3).reduce((sum, s) => sum + s * s, 0);
  expect(dot(rest, rest)).toBeCloseTo(missed, 10);
});

test("axes from WᵀW cut a map as those of the decomposition do", () => {
  const axes = rightAxes(weight, d);
  for (let rank = 1; rank <= d; rank++) {
    const expected = truncated(map, decomposition.right, rank).weight;
    expect(greatest(truncated(map, axes, rank).weight, expected)).toBeLessThan(1e-10);
  }
});

test("W W† of full rank gives any change back, of rank ρ the part that it reaches", () => {
  expect(greatest(product(weight, pseudoInverse(decomposition, d, vector)), vector)).toBeLessThan(1e-10);
  const reached = product(weight, pseudoInverse(decomposition, 3, vector));
  const rest = vector.map((x, i) => x - reached[i]);
  expect(Math.sqrt(dot(rest, rest) / dot(vector, vector))).toBeCloseTo(unreachable(decomposition, 3, vector), 10);
});

test("principal axes are those of the spread, not of the mean", () => {
  const points = [-2, -1, 1, 2].map((x) => Float64Array.of(100, x, 0));
  expect(principalAxes(points).map((axis) => Array.from(axis, Math.abs))).toEqual([[0, 1, 0]]);
});
