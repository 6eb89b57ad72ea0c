// Embedding and unembedding of a checkpoint whose config may tie them, settled by what the checkpoint holds.
import type { CheckpointKeys } from "./architecture.ts";

export interface HeadNames {
  readonly embed: string;
  /** Absent where the embedding is used again. */
  readonly unembed?: { readonly key: string };
  /** The unembedding stored once more. */
  readonly accounted: readonly string[];
}

/**
 * As Transformers 5 loads it: tied means one tensor for both, whichever of the two is stored; where both are and differ, the config
 * is wrong and both are used.
 *
 * @param heads names that the unembedding goes by, the usual one first
 */
export function headNames(keys: CheckpointKeys, tied: boolean, embed: string, heads: readonly string[]): HeadNames {
  const head = heads.find((name) => keys.has(name));
  if (!tied) return { embed, unembed: { key: head ?? heads[0] }, accounted: [] };
  if (head === undefined) return { embed, accounted: [] };
  if (!keys.has(embed)) return { embed: head, accounted: [] };
  return keys.same(embed, head) ? { embed, accounted: [head] } : { embed, unembed: { key: head }, accounted: [] };
}
