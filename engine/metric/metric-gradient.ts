// The gradient of a metric at the logits of the last position.
import { logSumExp } from "../readout/distribution.ts";
import type { Example } from "../task/example.ts";
import { linearWeights, type MetricName } from "./metric.ts";

/**
 * ∂metric/∂logit for every token, "dVocab" (metrics as in `metricValue`). With p = softmax(logits):
 * - logit-difference: ± 1 / number of answers at the answers
 * - probability-difference: p(t) · (s(t) − Σ s p), s = 1 at answers, −1 at wrong answers
 * - log-probability: p(t) · ([t is an answer] / Σ p(answers) − 1)
 */
export function metricGradient(name: MetricName, example: Example, logits: ArrayLike<number>): Float64Array {
  const gradient = new Float64Array(logits.length);
  if (name === "logit-difference") {
    for (const [id, weight] of linearWeights(example)) gradient[id] += weight;
    return gradient;
  }
  const normaliser = logSumExp(logits);
  const p = gradient.map((_, id) => Math.exp(logits[id] - normaliser));
  const signs = new Map<number, number>();
  const signed = (ids: readonly number[], sign: number) => {
    for (const id of ids) signs.set(id, (signs.get(id) ?? 0) + sign);
  };
  signed(example.answers, 1);
  if (name === "probability-difference") signed(example.wrongAnswers, -1);
  let expected = 0;
  for (const [id, sign] of signs) expected += sign * p[id];
  const scale = name === "log-probability" ? 1 / expected : 1;
  for (let id = 0; id < p.length; id++) gradient[id] = p[id] * ((signs.get(id) ?? 0) - expected) * scale;
  return gradient;
}
