// Back-patching: the output of a later block, put at the same token in the place of an earlier block's, in the same prompt.
//
// Biran, Gottesman, Yang, Geva, Globerson, "Hopping Too Late", EMNLP 2024, arXiv 2406.12775. It replaces; layers count block outputs:
// the output of block l is point l + 1 of the stream.
import type { Executor } from "../activations/executor.ts";
import type { Reals } from "../activations/packing.ts";
import { greatest, least } from "../base/greatest.ts";
import type { PatchTarget } from "../patchscope/target.ts";
import { readStates } from "../readout/readings.ts";

/** Later block and earlier block. */
export type LayerPair = readonly [from: number, into: number];

/** Every pair with into < from < nLayers, `from` rising, then `into`. */
export function allPairs(nLayers: number): LayerPair[] {
  return Array.from({ length: nLayers }, (_, from) => from).flatMap((from) =>
    Array.from({ length: from }, (_, into): LayerPair => [from, into]),
  );
}

/**
 * Rank of the best of some answers at the prompt's end, for every pair.
 *
 * @param column states that are put in, "point dModel"
 * @returns in the order of `pairs`
 */
export async function backPatchRanks(
  executor: Executor,
  target: PatchTarget,
  column: Reals,
  answers: readonly number[],
  pairs: readonly LayerPair[],
  signal?: AbortSignal,
): Promise<number[]> {
  const { dModel } = executor.model.config;
  const ranks = pairs.map(() => NaN);
  for (const into of new Set(pairs.map(([, into]) => into))) {
    const chosen = pairs.map((pair, i) => ({ from: pair[0], i, is: pair[1] === into })).filter(({ is }) => is);
    const states = column.slice(0, chosen.length * dModel);
    chosen.forEach(({ from }, row) =>
      states.set(column.subarray((from + 1) * dModel, (from + 2) * dModel), row * dModel),
    );
    const ends = await target.ends(states, into + 1, signal);
    const readings = await readStates(executor, ends, { tokens: chosen.map(() => answers) });
    chosen.forEach(({ i }, row) => (ranks[i] = least(readings[row].tokens.map(({ rank }) => rank))));
  }
  return ranks;
}

/** The pair with the most questions at rank 1, the first of several; undefined where none has any. @param ranks by question, then pair */
export function bestPair(ranks: readonly (readonly number[])[], pairs: readonly LayerPair[]): number | undefined {
  const hits = pairs.map((_, p) => ranks.filter((own) => own[p] === 1).length);
  const most = greatest(hits);
  return most > 0 ? hits.indexOf(most) : undefined;
}
