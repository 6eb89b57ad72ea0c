// The points at which gradients are taken: between what an ablation gives and what the clean run gives, at the input of the
// model or at what one of its parts writes.
import { EngineError } from "../base/errors.ts";
import { say } from "../base/sentence.ts";
import type { GradientMethod } from "../choices/lists.ts";
import type { ModelConfig } from "../model/model.ts";

/** What is moved from its ablated to its clean value: the embeddings, all heads of a layer, or its MLP. */
export type Part = { readonly kind: "input" } | { readonly kind: "heads" | "mlp"; readonly layer: number };

const INPUT_PART: Part = { kind: "input" };

export interface IntegrationPath {
  /** "input": every score is of gradients on the way through the embeddings; "parts": each of those on its own part's way. */
  readonly through: "input" | "parts";
  /** α of each point, 0 = ablated (at the input: corrupt), 1 = clean. */
  readonly alphas: readonly number[];
}

/** The parts whose ways are gone, each with its own gradients. */
export function partsOf({ through }: IntegrationPath, { nLayers }: ModelConfig): Part[] {
  if (through === "input") return [INPUT_PART];
  const layers = Array.from({ length: nLayers }, (_, layer) => layer);
  return [
    INPUT_PART,
    ...layers.flatMap((layer) => [{ kind: "heads", layer } as const, { kind: "mlp", layer } as const]),
  ];
}

/** First layer that moving a part can change. */
export const firstLayerOf = (part: Part): number => (part.kind === "input" ? 0 : part.layer);

/** Layers that the backward passes of all parts go through, each once. */
export function layersGoneBack(parts: readonly Part[], { nLayers }: ModelConfig): number {
  return parts.reduce((sum, part) => sum + nLayers - firstLayerOf(part), 0);
}

/** Which end of the path is one of the m points: α = k/m for k = 1 … m (clean) or k = 0 … m − 1 (corrupt). */
export type PathEnd = "clean" | "corrupt";

/** @throws EngineError "usage" where `steps` is no count */
export function pathPoints(steps: number, end: PathEnd): number[] {
  if (!(Number.isInteger(steps) && steps > 0)) {
    const sentence = say`Integrated gradients need a whole number of steps from 1, not ${steps}.`;
    throw new EngineError("usage", sentence, { steps });
  }
  return Array.from({ length: steps }, (_, i) => (end === "clean" ? i + 1 : i) / steps);
}

/**
 * - attribution: the clean run alone (attribution patching; EAP)
 * - integrated-gradients: `steps` points of the path through the embeddings (EAP-IG inputs)
 * - integrated-gradients-activations: `steps` points of a path through each part's own output, so that the scores of a part
 *   tend to what ablating that whole part does
 * - clean-corrupted: the clean and the corrupt run
 *
 * EAP-IG's code for activations adds up the gradients of all parts' ways for every edge; here an edge has those of its own.
 *
 * @throws EngineError "usage" where `steps` is no count
 * @see Hanna, Pezzelle, Belinkov 2024, arXiv:2403.17806; Marks et al. 2024, arXiv:2403.19647 (activations)
 */
export function pathOf(method: GradientMethod, steps: number): IntegrationPath {
  switch (method) {
    case "attribution":
      return { through: "input", alphas: [1] };
    case "integrated-gradients":
      return { through: "input", alphas: pathPoints(steps, "clean") };
    case "integrated-gradients-activations":
      return { through: "parts", alphas: pathPoints(steps, "clean") };
    case "clean-corrupted":
      return { through: "input", alphas: [0, 1] };
  }
}
