import { expect, test } from "vitest";
import type { Example } from "../task/example.ts";
import { METRICS, metricValue } from "./metric.ts";
import { metricGradient } from "./metric-gradient.ts";

const prompt = { text: "", ids: [0] };
const example: Example = {
  index: 0,
  split: "discovery",
  clean: prompt,
  corrupt: prompt,
  answers: [1, 3],
  wrongAnswers: [0],
  positions: {},
};
const logits = [0.3, 1.2, -0.7, 0.5, 2];

// Oracle: central differences in float64 with step 1e-5, whose own error is below 1e-9 here.
test.each(METRICS)("gradient of %s equals central differences", (metric) => {
  const gradient = metricGradient(metric, example, logits);
  const step = 1e-5;
  logits.forEach((_, id) => {
    const moved = (by: number) => logits.map((logit, i) => logit + (i === id ? by : 0));
    const difference = metricValue(metric, example, moved(step)) - metricValue(metric, example, moved(-step));
    expect(gradient[id]).toBeCloseTo(difference / (2 * step), 8);
  });
});
