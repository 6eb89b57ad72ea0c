// From states behind the last block to logits: the final norm, once, and the unembedding.
import type { Executor } from "../activations/executor.ts";
import type { Reals } from "../activations/packing.ts";
import { argMax } from "./ranking.ts";

/** Logits held at once, as a number of values. */
export const MOST_LOGITS = 8e6;

/** Logits of the whole vocabulary, "row token". @param states "row dModel", before the final norm */
export async function logitsOf(executor: Executor, states: Reals): Promise<Reals> {
  return executor.logits(await executor.finalNorm(states));
}

/** Calls `visit` with the logits of one state after another, never holding more than `MOST_LOGITS` of them. */
export async function forEachLogits(
  executor: Executor,
  states: Reals,
  visit: (logits: Reals, row: number) => void,
): Promise<void> {
  const { dModel, dVocab } = executor.model.config;
  const rows = states.length / dModel;
  const step = Math.max(1, Math.floor(MOST_LOGITS / dVocab));
  for (let from = 0; from < rows; from += step) {
    const to = Math.min(from + step, rows);
    const logits = await logitsOf(executor, states.subarray(from * dModel, to * dModel));
    for (let row = from; row < to; row++) {
      visit(logits.subarray((row - from) * dVocab, (row - from + 1) * dVocab), row);
    }
  }
}

/** The token of the largest logit of each row. @param states "row dModel", before the final norm */
export async function topTokens(executor: Executor, states: Reals): Promise<Int32Array> {
  const tops = new Int32Array(states.length / executor.model.config.dModel);
  await forEachLogits(executor, states, (logits, row) => (tops[row] = argMax(logits)));
  return tops;
}
