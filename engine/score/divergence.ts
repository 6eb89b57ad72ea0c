// KL(model‖run) at each prompt's last token, and its gradient at the stream after the last layer.
import type { Executor } from "../activations/executor.ts";
import { throughFinalNorm } from "../activations/gradients.ts";
import { type Packing, type Reals, reals, takeRows, zeros } from "../activations/packing.ts";
import { klDivergence, logSumExp } from "../readout/distribution.ts";
import { Program } from "../runtime/ort.ts";
import { gradientName, unembedGradientGraph } from "../transformer/backward.ts";

/** Columns of W_U in one program: short enough to stop between two of them. */
const vocabularySlice = 8192;

export interface Diverged {
  /** In nats, by example. */
  readonly values: Float64Array;
  /** Logits at the last token, "example token". */
  readonly logits: Reals;
}

export class Divergence {
  private constructor(
    private readonly executor: Executor,
    private readonly slices: readonly Program[],
  ) {}

  /** Holds W_U once more until it is disposed of. */
  static async compile(executor: Executor): Promise<Divergence> {
    const { model, precision, threads } = executor;
    const { dVocab } = model.config;
    const slices: Program[] = [];
    for (let from = 0; from < dVocab; from += vocabularySlice) {
      const tokens = Math.min(vocabularySlice, dVocab - from);
      const rows = model.unembedRows(Array.from({ length: tokens }, (_, i) => from + i));
      slices.push(await Program.compile(unembedGradientGraph(model.config, rows, precision), { threads }));
    }
    return new Divergence(executor, slices);
  }

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
    const normed = await this.throughUnembedding(atLogits, packing.runs.length);
    const atEnd = await throughFinalNorm(executor, takeRows(end, dModel, packing.endRows), normed);
    const gradient = zeros(executor.precision, end.length);
    packing.endRows.forEach((row, e) => gradient.set(atEnd.subarray(e * dModel, (e + 1) * dModel), row * dModel));
    return gradient;
  }

  async dispose(): Promise<void> {
    for (const slice of this.slices) await slice.dispose();
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

  private async throughUnembedding(cotangent: Reals, rows: number): Promise<Reals> {
    const { precision, model } = this.executor;
    const { dModel, dVocab } = model.config;
    const sum = zeros(precision, rows * dModel);
    for (const [s, program] of this.slices.entries()) {
      const from = s * vocabularySlice;
      const tokens = Math.min(vocabularySlice, dVocab - from);
      const slice = zeros(precision, rows * tokens);
      for (let row = 0; row < rows; row++) {
        slice.set(cotangent.subarray(row * dVocab + from, row * dVocab + from + tokens), row * tokens);
      }
      const { data } = (await program.run({ cotangent: reals([rows, tokens], slice) }))[gradientName("normed")];
      (data as Reals).forEach((value, i) => (sum[i] += value));
    }
    return sum;
  }
}
