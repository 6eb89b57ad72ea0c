// Reads a metric off residual streams: through the final norm and, where the metric is not linear, every logit.
import type { Executor } from "../activations/executor.ts";
import type { Reals } from "../activations/packing.ts";
import { isLinear, linearWeights, type MetricName, metricValue } from "../metric/metric.ts";
import { type Direction, unembedDirection } from "../readout/direction.ts";
import type { Example } from "../task/example.ts";

export class MetricReader {
  /** A linear metric needs one product per example with a direction that is made once. */
  private readonly directions = new Map<Example, Direction>();

  constructor(
    readonly executor: Executor,
    readonly metric: MetricName,
  ) {}

  /**
   * @param end residual stream after the last layer at each run's last token, "run dModel"; run r is one of
   *   `examples[r mod examples.length]`, which may stand there several times over
   */
  async values(end: Reals, examples: readonly Example[]): Promise<Float64Array> {
    const { dModel, dVocab } = this.executor.model.config;
    const rows = end.length / dModel;
    const normed = await this.executor.finalNorm(end);
    const values = new Float64Array(rows);
    if (isLinear[this.metric]) {
      for (let row = 0; row < rows; row++) {
        const { weights, bias } = this.direction(examples[row % examples.length]);
        let sum = bias;
        for (let i = 0; i < dModel; i++) sum += normed[row * dModel + i] * weights[i];
        values[row] = sum;
      }
      return values;
    }
    const logits = await this.executor.logits(normed);
    for (let row = 0; row < rows; row++) {
      const example = examples[row % examples.length];
      values[row] = metricValue(this.metric, example, logits.subarray(row * dVocab, (row + 1) * dVocab));
    }
    return values;
  }

  /** The direction in the normed stream whose product with it, plus the bias, is the example's linear metric. */
  direction(example: Example): Direction {
    const known = this.directions.get(example);
    if (known) return known;
    const made = unembedDirection(this.executor.model, linearWeights(example));
    this.directions.set(example, made);
    return made;
  }
}
