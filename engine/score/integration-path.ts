// The points at which gradients are taken: between what an ablation gives and what the clean run gives, at the input of the
// model or at what one of its parts writes; and which change of an activation stands beside them.
import type { AblationChoice } from "../activations/ablation.ts";
import { EngineError } from "../base/errors.ts";
import { say, sayList } from "../base/sentence.ts";
import { ABLATION_KINDS, ABLATIONS, type GradientMethod } from "../choices/lists.ts";
import type { ModelConfig } from "../model/model.ts";

/** What is moved from its ablated to its clean value: the embeddings, all heads of a layer, or its MLP. */
export type Part = { readonly kind: "input" } | { readonly kind: "heads" | "mlp"; readonly layer: number };

const INPUT_PART: Part = { kind: "input" };

/**
 * Through "input" every score is of gradients on the way through the embeddings, through "parts" each of those on its own part's way.
 * The change beside them is the "whole" one, ablated − clean, at every point (the mean over the points counts), or in "steps" that of the
 * activation since the point before, from α = 0 on (their sum counts). A part's own way is straight in what it writes: there both are the same.
 */
export type IntegrationPath = {
  /** α of each point, 0 = ablated (at the input: corrupt), 1 = clean; for steps in rising order. */
  readonly alphas: readonly number[];
} & (
  | { readonly through: "input"; readonly change: "whole" | "steps" }
  | { readonly through: "parts"; readonly change: "whole" }
);

/** A point, and the one from which on the change counts in steps. */
export interface PathPoint {
  readonly alpha: number;
  readonly since: number | undefined;
}

export function pointsOf({ alphas, change }: IntegrationPath): PathPoint[] {
  return alphas.map((alpha, k) => ({ alpha, since: change === "whole" ? undefined : (alphas[k - 1] ?? 0) }));
}

/** What the sum of change · gradient over the points is divided by. */
export const shareOf = ({ alphas, change }: IntegrationPath): number => (change === "whole" ? alphas.length : 1);

/**
 * The change in steps is from one run of the model to the next, so it leads from what an ablation gives only where that is a run.
 *
 * @throws EngineError "usage" for another ablation
 */
export function requireRuns({ change }: IntegrationPath, { kind }: AblationChoice): void {
  if (change === "whole" || ABLATIONS[kind].isRun) return;
  const runs = ABLATION_KINDS.filter((other) => ABLATIONS[other].isRun);
  const sentence = say`Conductance goes from a corrupt run of the model to the clean one, and what ${kind} ablation gives is of no run; choose --ablation ${sayList(runs, " or ")}, or --method integrated-gradients.`;
  throw new EngineError("usage", sentence, { ablation: kind });
}

/** The parts whose ways are gone, each with its own gradients. */
export function partsOf({ through }: Pick<IntegrationPath, "through">, { nLayers }: ModelConfig): Part[] {
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
 * - conductance: the same points, each with the change of the activation since the point before
 * - integrated-gradients-activations: `steps` points of a path through each part's own output, so that the scores of a part
 *   tend to what ablating that whole part does
 * - clean-corrupted: the clean and the corrupt run
 *
 * EAP-IG's code for activations adds up the gradients of all parts' ways for every edge; here an edge has those of its own.
 *
 * @throws EngineError "usage" where `steps` is no count
 * @see Hanna, Pezzelle, Belinkov 2024, arXiv:2403.17806; Marks et al. 2024, arXiv:2403.19647 (activations); Dhamdhere, Sundararajan,
 *   Yan 2018, arXiv:1805.12233 (conductance), in the summed form of Shrikumar, Su, Kundaje 2018, arXiv:1807.09946
 */
export function pathOf(method: GradientMethod, steps: number): IntegrationPath {
  switch (method) {
    case "attribution":
      return { through: "input", change: "whole", alphas: [1] };
    case "integrated-gradients":
      return { through: "input", change: "whole", alphas: pathPoints(steps, "clean") };
    case "conductance":
      return { through: "input", change: "steps", alphas: pathPoints(steps, "clean") };
    case "integrated-gradients-activations":
      return { through: "parts", change: "whole", alphas: pathPoints(steps, "clean") };
    case "clean-corrupted":
      return { through: "input", change: "whole", alphas: [0, 1] };
  }
}
