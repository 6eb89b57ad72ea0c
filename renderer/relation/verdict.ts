// What a relation's figures say in one word: no map needed, linear from the embedding, linear after some layers, or not.
import type { RelationFit } from "../../engine/contract/relations.ts";

/**
 * "trivial": the answer is next to the subject in the unembedding, or one answer fits all;
 * "embedding": a map from the token's embedding does as well as from any layer;
 * "layers": only states of later layers are mapped faithfully;
 * "partly": better than the baselines, yet often wrong; "not-linear": hardly better than they are.
 */
export type Verdict = "trivial" | "embedding" | "layers" | "partly" | "not-linear";

/** A map that is right this often is called faithful. */
const faithful = 0.8;
/** Two shares nearer than this say the same. */
const same = 0.05;

export function verdictOf({ figures, controls }: Pick<RelationFit, "figures" | "controls">): Verdict {
  const { mean } = figures.faithfulness;
  const noMap = Math.max(controls.nearest, controls.biasOnly, figures.majority);
  if (mean < faithful) return mean > noMap + 2 * same ? "partly" : "not-linear";
  if (noMap > mean - same) return "trivial";
  return controls.embedding !== null && controls.embedding > mean - same ? "embedding" : "layers";
}
