// Where a direction lies: the output of a block, or the embedding, which is written as layer −1.
import type { Where } from "../activations/plan.ts";
import type { ModelConfig } from "../model/model.ts";

/** Behind layer −1 stands what enters block 0. */
export const EMBEDDING = -1;

/** Layers −1 … L − 1, the order of every list over layers here. */
export const everyLayer = ({ nLayers }: Pick<ModelConfig, "nLayers">): number[] =>
  Array.from({ length: nLayers + 1 }, (_, i) => i + EMBEDDING);

/** residPost[layer]; of the embedding residPre[0]. */
export function siteOf(layer: number): Pick<Where, "site" | "layer"> {
  return layer === EMBEDDING ? { site: "residPre", layer: 0 } : { site: "residPost", layer };
}
