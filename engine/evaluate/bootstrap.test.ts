import { describe, expect, test } from "vitest";
import { faithfulnessInterval, meanInterval, meanIntervalsOver, quantile } from "./bootstrap.ts";

const of = (...values: number[]): Float64Array => Float64Array.from(values);

describe("quantile()", () => {
  // By hand, linear between neighbours: place q·(n − 1).
  test.each([
    [[1, 2, 3, 4, 5], 0, 1],
    [[1, 2, 3, 4, 5], 0.5, 3],
    [[1, 2, 3, 4, 5], 1, 5],
    [[1, 2, 3, 4, 5], 0.1, 1.4],
    [[1, 2, 3, 4], 0.5, 2.5],
    [[0, 10], 0.95, 9.5],
    [[7], 0.25, 7],
    [[2, 2, 2, 9], 0.5, 2],
  ])("of %j at %d is %d", (values, q, expected) => {
    expect(quantile(values, q)).toBeCloseTo(expected, 12);
  });
});

describe("meanIntervalsOver()", () => {
  const series = [of(1, 2, 4, 8, 16, 32, 64), of(-3, 0, 0, 1, 5, -2, 7)];

  test.each([
    ["values", 7],
    ["clusters", [Int32Array.of(0, 3), Int32Array.of(1), Int32Array.of(2, 5, 6), Int32Array.of(4), Int32Array.of(3)]],
  ])("gives each series over the same %s the interval that it has alone", (_, drawable) => {
    const intervalOf = meanIntervalsOver(drawable, 3)!;
    expect(series.map(intervalOf)).toEqual(series.map((values) => meanInterval(values, 3, drawable)));
  });

  test("gives none for fewer than five values", () => {
    expect(meanIntervalsOver(4, 3)).toBeUndefined();
  });
});

describe("meanInterval()", () => {
  test("of equal values is the value", () => {
    expect(meanInterval(of(3, 3, 3, 3, 3), 1)).toEqual([3, 3]);
  });

  test("is the same for the same seed, another for another", () => {
    const values = Float64Array.from({ length: 40 }, (_, i) => (i * 7919) % 101);
    expect(meanInterval(values, 1)).toEqual(meanInterval(values, 1));
    expect(meanInterval(values, 1)).not.toEqual(meanInterval(values, 2));
  });

  // Oracle: the normal approximation, mean ± 1.96 σ/√n; with 1000 resamples its ends are known to about a tenth of their distance.
  test("of many values is close to 1.96 standard errors on each side of the mean", () => {
    const values = Float64Array.from({ length: 400 }, (_, i) => (i % 20) - 9.5);
    const error = Math.sqrt(33.25 / 400);
    const [lo, hi] = meanInterval(values, 1)!;
    expect(Math.abs(lo + 1.96 * error)).toBeLessThan(0.2 * 1.96 * error);
    expect(Math.abs(hi - 1.96 * error)).toBeLessThan(0.2 * 1.96 * error);
  });

  test("there is none of fewer than five values", () => {
    expect([1, 2, 3, 4].map((n) => meanInterval(new Float64Array(n).fill(1), 1))).toEqual(Array(4).fill(undefined));
  });

  // Of four zeros and a one a resample has k ones with probability C(5,k) 0.2^k 0.8^(5−k): 2.5 % and 97.5 % lie at 0 and 3/5.
  test("of five values is where the resamples' shares put it", () => {
    expect(meanInterval(of(0, 0, 0, 0, 1), 1)).toEqual([0, 0.6]);
  });

  test("is NaN where a value is", () => {
    expect(meanInterval(of(1, 1, 1, 1, NaN), 1)![1]).toBeNaN();
  });
});

/** Every value so often, and which of them belong together. */
function repeated(values: Float64Array, times: number) {
  const all = Float64Array.from([...values].flatMap((value) => Array<number>(times).fill(value)));
  const clusters = Array.from(values, (_, i) => Int32Array.from({ length: times }, (_, j) => i * times + j));
  return { all, clusters };
}

describe("values that belong together", () => {
  const values = of(0.3, 1, 0.2, 0.9, 0.4, 0.7, 0.1);

  test("are drawn together: repeating every value makes an interval no narrower", () => {
    const { all, clusters } = repeated(values, 6);
    const [lo, hi] = meanInterval(values, 3)!;
    const [repeatedLo, repeatedHi] = meanInterval(all, 3, clusters)!;
    expect([repeatedLo, repeatedHi]).toEqual([expect.closeTo(lo, 12), expect.closeTo(hi, 12)]);
    const [oneByOneLo, oneByOneHi] = meanInterval(all, 3)!;
    expect(oneByOneHi - oneByOneLo).toBeLessThan(0.6 * (hi - lo));
  });

  test("count as one value: there is no interval of fewer than five of them", () => {
    const { all, clusters } = repeated(values.slice(0, 4), 6);
    expect(meanInterval(all, 3, clusters)).toBeUndefined();
  });
});

describe("faithfulnessInterval()", () => {
  const full = of(4, 6, 8, 10, 7);
  const empty = of(0, 1, 0, 1, 0.5);

  test("of the full model is 1, of the empty circuit 0, without width", () => {
    expect(faithfulnessInterval(full, full, empty, { seed: 1 })).toEqual([1, 1]);
    expect(faithfulnessInterval(empty, full, empty, { seed: 1 })).toEqual([0, 0]);
  });

  test("draws the three runs of one example together: half-way stays half-way", () => {
    const half = full.map((value, i) => (value + empty[i]!) / 2);
    const [lo, hi] = faithfulnessInterval(half, full, empty, { seed: 1 })!;
    expect(lo).toBeCloseTo(0.5, 12);
    expect(hi).toBeCloseTo(0.5, 12);
  });

  test("reaches beyond 1 where the circuit overshoots, and holds the ratio of the means", () => {
    const [lo, hi] = faithfulnessInterval(of(5, 6, 9, 9, 7.5), full, empty, { seed: 1 })!;
    const ratio = (36.5 / 5 - 2.5 / 5) / (35 / 5 - 2.5 / 5);
    expect(lo).toBeLessThan(ratio);
    expect(hi).toBeGreaterThan(ratio);
    expect(hi).toBeGreaterThan(1);
  });
});
