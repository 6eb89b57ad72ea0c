import { expect, test } from "vitest";
import { Random } from "../base/random.ts";
import { softTopK, softTopKSlopes } from "./soft-top-k.ts";

const drawn = (count: number, seed: number, purpose: string) => {
  const random = Random.seeded(seed, purpose);
  return Float64Array.from({ length: count }, () => 3 * random.normal());
};
const sumOf = (values: Float64Array) => values.reduce((sum, x) => sum + x, 0);

test.each([
  [1, 0.5],
  [2, 1],
  [32, 0.01],
  [32, 7],
  [32, 31.9],
  [1024, 5.5],
  [1024, 1000],
])("of %i units the gates sum to %f, at every temperature, and the greater score has the wider gate (1e-9)", (n, k) => {
  for (const temperature of [0.05, 0.25, 1, 20]) {
    const scores = drawn(n, n, "scores");
    const gates = softTopK(scores, k, temperature);
    expect(Math.abs(sumOf(gates) - k)).toBeLessThanOrEqual(1e-9 * n);
    const order = [...scores.keys()].sort((a, b) => scores[b] - scores[a]);
    for (let i = 1; i < n; i++) expect(gates[order[i]]).toBeLessThanOrEqual(gates[order[i - 1]]);
  }
});

test("equal scores share the budget; far from each other they are all there or not at all (1e-12)", () => {
  const gates = (scores: readonly number[], k: number) => [...softTopK(scores, k, 0.25)];
  const close = (values: readonly number[]) => values.map((gate): unknown => expect.closeTo(gate, 12));
  expect(gates([2, 2, 2, 2], 1)).toEqual(close([0.25, 0.25, 0.25, 0.25]));
  expect(gates([1000, -1000, 500, -20], 2)).toEqual(close([1, 0, 1, 0]));
});

test.each([
  [0, 0],
  [-1, 0],
  [3, 1],
  [4, 1],
])("with a budget of %d of three units every gate is %d, and no score can move it", (k, gate) => {
  const gates = softTopK([1, -2, 0.5], k, 0.25);
  expect([...gates]).toEqual([gate, gate, gate]);
  expect([...softTopKSlopes(gates, [5, -7, 1], 0.25)]).toEqual([0, 0, 0]);
});

/** The same gates, with τ by Newton's method from the middle of the scores outwards: an independent way to them. */
function gatesByNewton(scores: Float64Array, k: number, temperature: number): Float64Array {
  const at = (tau: number) => scores.map((s) => 0.5 + 0.5 * Math.tanh((s - tau) / (2 * temperature)));
  let tau = sumOf(scores) / scores.length;
  for (let i = 0; i < 200; i++) {
    const gates = at(tau);
    const give = sumOf(gates.map((m) => (m * (1 - m)) / temperature));
    tau += Math.max(-temperature, Math.min(temperature, (sumOf(gates) - k) / give));
  }
  return at(tau);
}

// Oracle: central differences of Σ w_i m_i, step 1e-5, with gates had by Newton's method.
test("slopes are those of the gates, τ with them (1e-7)", () => {
  for (const [n, k, temperature] of [
    [2, 1, 1],
    [5, 0.7, 2],
    [9, 4.5, 1],
    [20, 17, 1.5],
  ]) {
    const scores = drawn(n, 3, "scores");
    const weights = drawn(n, 4, "weights");
    const value = (at: Float64Array) => sumOf(gatesByNewton(at, k, temperature).map((m, i) => m * weights[i]));
    const slopes = softTopKSlopes(softTopK(scores, k, temperature), weights, temperature);
    for (let i = 0; i < n; i++) {
      const moved = (by: number) => scores.map((s, j) => (j === i ? s + by : s));
      expect(slopes[i]).toBeCloseTo((value(moved(1e-5)) - value(moved(-1e-5))) / 2e-5, 7);
    }
    expect(sumOf(slopes)).toBeCloseTo(0, 10);
  }
});
