// The metrics: one number per example from the logits at its last position, and which right-answer test goes with it.
import { logSumExp, probabilityOf } from "../readout/distribution.ts";
import type { Example } from "../task/example.ts";
import type { MetricName } from "../task/schema.ts";

export { METRIC_NAMES as METRICS, type MetricName } from "../task/schema.ts";

/** Metrics that are linear in the logits of the answer tokens need no other logit. */
export const isLinear: Readonly<Record<MetricName, boolean>> = {
  "logit-difference": true,
  "probability-difference": false,
  "log-probability": false,
};

/** The unit in which a metric is printed. */
export const metricUnit: Readonly<Record<MetricName, string>> = {
  "logit-difference": "logits",
  "probability-difference": "probability",
  "log-probability": "nats",
};

/**
 * Value of a metric for one example.
 * - logit-difference: mean logit of the answers − mean logit of the wrong answers
 * - probability-difference: Σ p(answers) − Σ p(wrong answers)
 * - log-probability: log Σ p(answers)
 *
 * @param logits of the whole vocabulary at the last position
 */
export function metricValue(name: MetricName, example: Example, logits: ArrayLike<number>): number {
  switch (name) {
    case "logit-difference":
      return mean(example.answers, logits) - mean(example.wrongAnswers, logits);
    case "probability-difference": {
      const normaliser = logSumExp(logits);
      return (
        probabilityOf(example.answers, logits, normaliser) - probabilityOf(example.wrongAnswers, logits, normaliser)
      );
    }
    case "log-probability":
      return Math.log(probabilityOf(example.answers, logits));
  }
}

/**
 * The weights w of a linear metric: value = Σ w(token) · logit(token).
 *
 * @returns token id and weight, answers first
 */
export function linearWeights(example: Example): readonly (readonly [id: number, weight: number])[] {
  return [
    ...example.answers.map((id) => [id, 1 / example.answers.length] as const),
    ...example.wrongAnswers.map((id) => [id, -1 / example.wrongAnswers.length] as const),
  ];
}

function mean(ids: readonly number[], logits: ArrayLike<number>): number {
  return ids.reduce((sum, id) => sum + logits[id], 0) / ids.length;
}
