import { describe, expect, test } from "vitest";
import type { Example } from "../task/example.ts";
import { argMax, isLinear, klDivergence, linearWeights, logSumExp, METRICS, metricValue } from "./metric.ts";

const prompt = { text: "", ids: [0] };

function example(answers: readonly number[], wrongAnswers: readonly number[]): Example {
  return { index: 0, split: "discovery", clean: prompt, corrupt: prompt, answers, wrongAnswers, positions: {} };
}

// Probabilities 1/10, 2/10, 3/10, 4/10, whatever is added to all logits.
const LOGITS = [1, 2, 3, 4].map((p) => Math.log(p) + 5);

describe("metricValue()", () => {
  // By hand; 1e-12.
  test.each([
    ["logit-difference", [3], [0], Math.log(4)],
    ["logit-difference", [2, 3], [0], Math.log(12) / 2],
    ["logit-difference", [3], [0, 1], Math.log(4) - Math.log(2) / 2],
    ["probability-difference", [3], [0], 0.3],
    ["probability-difference", [2, 3], [0, 1], 0.4],
    ["log-probability", [3], [0], Math.log(0.4)],
    ["log-probability", [1, 2], [], Math.log(0.5)],
    ["log-probability", [0, 1, 2, 3], [], 0],
  ] as const)("%s of answers %j against %j", (metric, answers, wrong, value) => {
    expect(metricValue(metric, example(answers, wrong), LOGITS)).toBeCloseTo(value, 12);
  });

  test("does not overflow where exp() would", () => {
    const logits = [1000, 1000, -1000];
    expect(metricValue("probability-difference", example([0], [2]), logits)).toBeCloseTo(0.5, 12);
    expect(metricValue("log-probability", example([0], []), logits)).toBeCloseTo(-Math.log(2), 12);
    expect(metricValue("log-probability", example([2], []), logits)).toBe(-Infinity);
  });

  test("is NaN where a logit is", () => {
    const logits = [1, NaN, 2];
    expect(metricValue("logit-difference", example([1], [0]), logits)).toBeNaN();
    for (const metric of ["probability-difference", "log-probability"] as const) {
      expect(metricValue(metric, example([0], [2]), logits)).toBeNaN();
    }
  });

  test("of a logit difference is the product of logits and weights, and of no other metric", () => {
    const weights = linearWeights(example([2, 3], [0]));
    expect(weights).toEqual([
      [2, 0.5],
      [3, 0.5],
      [0, -1],
    ]);
    const product = weights.reduce((sum, [id, weight]) => sum + weight * LOGITS[id]!, 0);
    expect(product).toBeCloseTo(metricValue("logit-difference", example([2, 3], [0]), LOGITS), 12);
    expect(METRICS.filter((metric) => isLinear[metric])).toEqual(["logit-difference"]);
  });
});

test("logSumExp() is the log of the sum of exponentials, large or small", () => {
  expect(logSumExp(LOGITS)).toBeCloseTo(Math.log(10) + 5, 12);
  expect(logSumExp([1e4, 1e4])).toBeCloseTo(1e4 + Math.log(2), 10);
  expect(logSumExp([-1e4, -1e4])).toBeCloseTo(-1e4 + Math.log(2), 10);
  expect(logSumExp([3])).toBe(3);
});

test("argMax() is the largest entry, the first of equal ones", () => {
  expect(argMax([1, 3, 2])).toBe(1);
  expect(argMax([2, 3, 3])).toBe(1);
  expect(argMax([-Infinity, -1])).toBe(1);
  expect(argMax([0, -0])).toBe(0);
});

describe("klDivergence()", () => {
  test("is Σ p log(p/q) in nats, whatever is added to the logits", () => {
    const p = [Math.log(1 / 2), Math.log(1 / 4), Math.log(1 / 4)];
    const q = [0, 0, 0];
    // log 3 − H(p), H(p) = 1.5 log 2.
    const expected = Math.log(3) - 1.5 * Math.log(2);
    expect(klDivergence(p, q)).toBeCloseTo(expected, 12);
    expect(
      klDivergence(
        p.map((x) => x + 100),
        q.map((x) => x - 100),
      ),
    ).toBeCloseTo(expected, 12);
    // −log 3 + (2 log 2 + 2 log 2 + log 2) / 3.
    expect(klDivergence(q, p)).toBeCloseTo((5 / 3) * Math.log(2) - Math.log(3), 12);
  });

  test("is zero for one distribution and positive for two", () => {
    expect(klDivergence(LOGITS, LOGITS)).toBe(0);
    expect(klDivergence(LOGITS, [...LOGITS].reverse())).toBeGreaterThan(0.1);
  });

  test("is finite where a probability of p underflows", () => {
    expect(klDivergence([0, -2000], [0, -3000])).toBe(0);
  });
});
