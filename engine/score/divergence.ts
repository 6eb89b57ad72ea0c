// KL(model‖run) at each prompt's last token, and its gradient at the stream after the last layer.
import type { Executor } from "../activations/executor.ts";
import { throughUnembedding } from "../activations/gradients.ts";
import { type Packing, type Reals, takeRows, zeros } from "../activations/packing.ts";
import { klDivergence, logSumExp } from "../readout/distribution.ts";

export interface Diverged {
  /** In nats, by example. */
  readonly values: Float64Array;
  /** Logits at the last token, "example token". */
  readonly logits: Reals;
}

export class Divergence {
  constructor(private readonly executor: Executor) {}

  /** Logits at each prompt's last token, "example token". @param end stream after the last layer, "row dModel" */
  async logits(packing: Packing, end: Reals): Promise<Reals> {
    const { executor } = this;
    return executor.logits(await executor.finalNorm(takeRows(end, executor.model.config.dModel, packing.endRows)));
  }

  /** @param model its own logits, "example token" */
  async from(model: Reals, packing: Packing, end: Reals): Promise<Diverged> {
    const { dVocab } = this.executor.model.config;
    const logits = await this.logits(packing, end);
    const of = (all: Reals, e: number) => all.subarray(e * dVocab, (e + 1) * dVocab);
    const values = Float64Array.from(packing.runs, (_, e) => klDivergence(of(model, e), of(logits, e)));
    return { values, logits };
  }

  /**
   * Gradient of the mean over the examples: (softmax(run) − softmax(model)) / n at the logits.
   *
   * @returns "row dModel", zero but at each prompt's last token
   */
  async gradient(model: Reals, { logits }: Diverged, packing: Packing, end: Reals): Promise<Reals> {
    const { executor } = this;
    const { dModel } = executor.model.config;
    const atLogits = this.probabilities(logits);
    const wanted = this.probabilities(model);
    for (let i = 0; i < atLogits.length; i++) atLogits[i] = (atLogits[i] - wanted[i]) / packing.runs.length;
    const normed = await throughUnembedding(executor, atLogits);
    const atEnd = await executor.finalNormGradient(takeRows(end, dModel, packing.endRows), normed);
    const gradient = zeros(executor.precision, end.length);
    packing.endRows.forEach((row, e) => gradient.set(atEnd.subarray(e * dModel, (e + 1) * dModel), row * dModel));
    return gradient;
  }

  private probabilities(logits: Reals): Reals {
    const { dVocab } = this.executor.model.config;
    const p = logits.slice();
    for (let from = 0; from < p.length; from += dVocab) {
      const normaliser = logSumExp(logits.subarray(from, from + dVocab));
      for (let i = from; i < from + dVocab; i++) p[i] = Math.exp(logits[i] - normaliser);
    }
    return p;
  }
}
