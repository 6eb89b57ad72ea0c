// Hidden neurons as key–value memories: neuron i of a layer writes mᵢ vᵢ, vᵢ its row of W_out, and a token's score is u_t · vᵢ.
//
// Geva, Schuster, Berant, Levy 2021, arXiv 2012.14913; Geva et al. 2022, arXiv 2203.14680. Under a gated MLP mᵢ has either sign, so
// both ends of the list count.
import type { Executor } from "../activations/executor.ts";
import type { Reals } from "../activations/packing.ts";
import type { Random } from "../base/random.ts";
import { topIds } from "../readout/ranking.ts";

/** Tokens of a list whose coherence is measured. */
const LIST = 10;

export interface TokenScore {
  readonly id: number;
  readonly score: number;
}

export interface ValueLists {
  readonly top: readonly TokenScore[];
  readonly bottom: readonly TokenScore[];
  /** Mean cosine between the unembedding rows of the list's tokens. */
  readonly coherence: { readonly top: number; readonly bottom: number };
}

/** Unembedding rows as they are, or minus their mean and of length 1, so that no token is ahead of all others. */
export class VocabularyRows {
  private readonly mean: Float64Array;
  private readonly norms: Float64Array;

  constructor(
    private readonly executor: Executor,
    private readonly centred: boolean,
  ) {
    const { dModel, dVocab } = executor.model.config;
    this.mean = new Float64Array(dModel);
    this.norms = new Float64Array(dVocab);
    const slice = 4096;
    const slices = Array.from({ length: Math.ceil(dVocab / slice) }, (_, s) => {
      const ids = Array.from({ length: Math.min(slice, dVocab - s * slice) }, (_, i) => s * slice + i);
      return { ids, rows: executor.model.unembedRows(ids) };
    });
    if (centred) {
      for (const { rows } of slices) for (let i = 0; i < rows.length; i++) this.mean[i % dModel] += rows[i] / dVocab;
    }
    for (const { ids, rows } of slices) {
      ids.forEach((id, r) => {
        let squared = 0;
        for (let i = 0; i < dModel; i++) squared += (rows[r * dModel + i] - this.mean[i]) ** 2;
        this.norms[id] = Math.sqrt(squared);
      });
    }
  }

  /** Lists of each vector. @param vectors "row dModel" */
  async lists(vectors: Reals): Promise<ValueLists[]> {
    const { dModel, dVocab } = this.executor.model.config;
    const bias = this.executor.model.unembedBias();
    const found: ValueLists[] = [];
    const atOnce = 128;
    for (let from = 0; from * dModel < vectors.length; from += atOnce) {
      const some = vectors.subarray(from * dModel, (from + atOnce) * dModel);
      const logits = await this.executor.logits(some);
      for (let row = 0; row < some.length / dModel; row++) {
        const scores = Float64Array.from(logits.subarray(row * dVocab, (row + 1) * dVocab));
        if (bias) for (let id = 0; id < dVocab; id++) scores[id] -= bias[id];
        if (this.centred) this.centre(scores, some.subarray(row * dModel, (row + 1) * dModel));
        found.push(this.listsOf(scores));
      }
    }
    return found;
  }

  private centre(scores: Float64Array, vector: Reals): void {
    let along = 0;
    for (let i = 0; i < vector.length; i++) along += this.mean[i] * vector[i];
    const length = Math.hypot(...vector);
    for (let id = 0; id < scores.length; id++) scores[id] = (scores[id] - along) / (this.norms[id] * length);
  }

  private listsOf(scores: Float64Array): ValueLists {
    const top = topIds(scores, LIST);
    const bottom = topIds(
      scores.map((score) => -score),
      LIST,
    );
    const scored = (ids: readonly number[]) => ids.map((id) => ({ id, score: scores[id] }));
    return {
      top: scored(top),
      bottom: scored(bottom),
      coherence: { top: this.coherence(top), bottom: this.coherence(bottom) },
    };
  }

  private coherence(ids: readonly number[]): number {
    const { dModel } = this.executor.model.config;
    const rows = this.executor.model.unembedRows(ids);
    const sum = new Float64Array(dModel);
    ids.forEach((id, r) => {
      for (let i = 0; i < dModel; i++) sum[i] += (rows[r * dModel + i] - this.mean[i]) / this.norms[id];
    });
    const total = sum.reduce((squares, x) => squares + x * x, 0);
    return (total - ids.length) / (ids.length * (ids.length - 1));
  }
}

/** Gaussian directions of length 1, "row dModel". */
export function randomDirections(count: number, dModel: number, random: Random): Float32Array {
  const rows = new Float32Array(count * dModel);
  for (let row = 0; row < count; row++) {
    const drawn = Float64Array.from({ length: dModel }, () => random.normal());
    const length = Math.hypot(...drawn);
    drawn.forEach((x, i) => (rows[row * dModel + i] = x / length));
  }
  return rows;
}
