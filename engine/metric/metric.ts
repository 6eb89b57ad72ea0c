// The metrics: one number per example from the logits at its last position, and which right-answer test goes with it.
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
      return probability(example.answers, logits, normaliser) - probability(example.wrongAnswers, logits, normaliser);
    }
    case "log-probability":
      return Math.log(probability(example.answers, logits, logSumExp(logits)));
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

/** log Σ exp, shifted by the maximum. */
export function logSumExp(logits: ArrayLike<number>): number {
  let max = -Infinity;
  for (let i = 0; i < logits.length; i++) if (logits[i] > max) max = logits[i];
  let sum = 0;
  for (let i = 0; i < logits.length; i++) sum += Math.exp(logits[i] - max);
  return max + Math.log(sum);
}

/** Index of the largest entry, the first of several. */
export function argMax(values: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i] > values[best]) best = i;
  return best;
}

/** KL(p‖q) = Σ p (log p − log q) in nats, both given as logits. */
export function klDivergence(p: ArrayLike<number>, q: ArrayLike<number>): number {
  const normaliserP = logSumExp(p);
  const normaliserQ = logSumExp(q);
  let sum = 0;
  for (let i = 0; i < p.length; i++) {
    const logP = p[i] - normaliserP;
    sum += Math.exp(logP) * (logP - (q[i] - normaliserQ));
  }
  return sum;
}

function mean(ids: readonly number[], logits: ArrayLike<number>): number {
  return ids.reduce((sum, id) => sum + logits[id], 0) / ids.length;
}

function probability(ids: readonly number[], logits: ArrayLike<number>, normaliser: number): number {
  return ids.reduce((sum, id) => sum + Math.exp(logits[id] - normaliser), 0);
}
