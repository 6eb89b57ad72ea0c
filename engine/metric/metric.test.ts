import { describe, expect, test } from "vitest";
import type { Example } from "../task/example.ts";
import { isLinear, linearWeights, METRICS, metricValue } from "./metric.ts";

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
