// The gradient of each example's metric at the residual stream after the last layer.
import type { Executor } from "../activations/executor.ts";
import { throughUnembedding } from "../activations/gradients.ts";
import { type Packing, type Reals, takeRows, zeros } from "../activations/packing.ts";
import { MetricReader } from "../evaluate/metric-reader.ts";
import { isLinear, type MetricName } from "../metric/metric.ts";
import { metricGradient } from "../metric/metric-gradient.ts";
import { logitsOf } from "../readout/logits.ts";
import type { Example } from "../task/example.ts";

/**
 * @param residual after the last layer, "row dModel"
 * @returns "row dModel", zero but at each prompt's last token
 */
export async function endCotangent(
  executor: Executor,
  metric: MetricName,
  examples: readonly Example[],
  packing: Packing,
  residual: Reals,
): Promise<Reals> {
  const { dModel } = executor.model.config;
  const end = takeRows(residual, dModel, packing.endRows);
  const normed = isLinear[metric]
    ? linearCotangent(executor, metric, examples)
    : await throughUnembedding(executor, await logitCotangent(executor, metric, examples, end));
  const atEnd = await executor.finalNormGradient(end, normed);
  const cotangent = zeros(executor.precision, residual.length);
  packing.endRows.forEach((row, r) => cotangent.set(atEnd.subarray(r * dModel, (r + 1) * dModel), row * dModel));
  return cotangent;
}

/** At the normed stream, "example dModel". */
function linearCotangent(executor: Executor, metric: MetricName, examples: readonly Example[]): Reals {
  const { dModel } = executor.model.config;
  const reader = new MetricReader(executor, metric);
  const cotangent = zeros(executor.precision, examples.length * dModel);
  examples.forEach((example, e) => cotangent.set(reader.direction(example).weights, e * dModel));
  return cotangent;
}

/** At the logits, "example dVocab". */
async function logitCotangent(
  executor: Executor,
  metric: MetricName,
  examples: readonly Example[],
  end: Reals,
): Promise<Reals> {
  const { dVocab } = executor.model.config;
  const logits = await logitsOf(executor, end);
  const cotangent = zeros(executor.precision, logits.length);
  examples.forEach((example, e) => {
    const own = logits.subarray(e * dVocab, (e + 1) * dVocab);
    cotangent.set(metricGradient(metric, example, own), e * dVocab);
  });
  return cotangent;
}
