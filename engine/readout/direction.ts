// Directions and logits: which direction reads tokens out of the stream, and what a direction written into it does to every logit.
import type { Executor } from "../activations/executor.ts";
import { zeros } from "../activations/packing.ts";
import type { Model } from "../model/model.ts";

/** Token id and what its logit counts. */
export type TokenWeights = readonly (readonly [id: number, weight: number])[];

export interface Direction {
  /** "dModel" */
  readonly weights: Float64Array;
  readonly bias: number;
}

/** Σ w(token) · W_U column of the token, "dModel": its product with the normed stream, plus the bias, is Σ w · logit. */
export function unembedDirection(model: Model, tokens: TokenWeights): Direction {
  const width = model.config.dModel;
  const rows = model.unembedRows(tokens.map(([id]) => id));
  const b_U = model.unembedBias();
  const weights = new Float64Array(width);
  tokens.forEach(([, weight], r) => {
    for (let i = 0; i < width; i++) weights[i] += weight * rows[r * width + i];
  });
  return { weights, bias: b_U ? tokens.reduce((sum, [id, weight]) => sum + weight * b_U[id], 0) : 0 };
}

/** What a direction of the normed stream adds to every logit, "dVocab"; the unembedding's bias stays out. */
export async function directionLogits(executor: Executor, direction: ArrayLike<number>): Promise<Float64Array> {
  const normed = zeros(executor.precision, direction.length);
  normed.set(direction);
  const bias = executor.model.unembedBias();
  return Float64Array.from(await executor.logits(normed), (logit, id) => logit - (bias?.[id] ?? 0));
}
