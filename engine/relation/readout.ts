// From states behind the last block to tokens: final norm, unembedding, the first of the vocabulary.
import type { Executor } from "../activations/executor.ts";
import { type Reals, zeros } from "../activations/packing.ts";

/** Logits held at once, as a number of values. */
const mostLogits = 8e6;

/** The token of the largest logit of each row. @param states "row dModel", before the final norm */
export async function topTokens(executor: Executor, states: Reals): Promise<Int32Array> {
  const { dModel, dVocab } = executor.model.config;
  const tops = new Int32Array(states.length / dModel);
  const step = Math.max(1, Math.floor(mostLogits / dVocab));
  for (let from = 0; from < tops.length; from += step) {
    const to = Math.min(from + step, tops.length);
    const logits = await logitsOf(executor, states.subarray(from * dModel, to * dModel));
    for (let row = from; row < to; row++) {
      tops[row] = indexOfLargest(logits.subarray((row - from) * dVocab, (row - from + 1) * dVocab));
    }
  }
  return tops;
}

/** "row token" */
export async function logitsOf(executor: Executor, states: Reals): Promise<Reals> {
  return executor.logits(await executor.finalNorm(states));
}

/** Rows of one width as one array in the executor's precision, "row width". */
export function stacked(executor: Executor, rows: readonly ArrayLike<number>[]): Reals {
  const width = executor.model.config.dModel;
  const all = zeros(executor.precision, rows.length * width);
  rows.forEach((row, r) => all.set(row, r * width));
  return all;
}

/** Token ids by falling logit. */
export function strongest(logits: Reals, count: number): number[] {
  const ids = Array.from(logits, (_, id) => id);
  return ids.sort((a, b) => logits[b] - logits[a] || a - b).slice(0, count);
}

/** 1 = the largest logit. */
export function rankOf(logits: Reals, token: number): number {
  let rank = 1;
  for (const logit of logits) if (logit > logits[token]) rank++;
  return rank;
}

function indexOfLargest(values: Reals): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i] > values[best]) best = i;
  return best;
}
