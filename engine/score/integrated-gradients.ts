// Integrated gradients over the input (EAP-IG inputs): attribution with gradients averaged along the straight path from
// the corrupt to the clean embeddings.
import type { Executor } from "../activations/executor.ts";
import { EngineError } from "../base/errors.ts";
import type { Example } from "../task/example.ts";
import { type GradientScores, gradientScores, type ScoreRequest } from "./gradient-scores.ts";

/** Which end of the path is one of the m points: α = k/m for k = 1 … m (clean) or k = 0 … m − 1 (corrupt). */
export type PathEnd = "clean" | "corrupt";

export interface IntegratedGradientsRequest extends ScoreRequest {
  /** m, the number of points. */
  readonly steps: number;
  /** EAP-IG's code has the corrupt end; default: "clean". */
  readonly end?: PathEnd;
}

/** α of each point, 0 = corrupt, 1 = clean. */
export function pathPoints(steps: number, end: PathEnd): number[] {
  return Array.from({ length: steps }, (_, i) => (end === "clean" ? i + 1 : i) / steps);
}

/**
 * score(unit) = mean over examples of Σ over pos, dim (corrupt − clean) · (1/m) Σ_k ∂metric/∂activation at e(α_k), with
 * e(α) = corrupt + α (clean − corrupt) embeddings; the activations are those of the pure runs. The score of the input
 * tends to m(corrupt) − m(clean) as m grows (completeness); the path is straight only there.
 *
 * @throws EngineError "usage" where `steps` is no count, there is no example or a position is lacking; "cancelled"
 * @see Hanna, Pezzelle, Belinkov 2024, arXiv:2403.17806
 */
export function integratedGradients(
  executor: Executor,
  examples: readonly Example[],
  request: IntegratedGradientsRequest,
): Promise<GradientScores> {
  const { steps, end = "clean" } = request;
  if (!(Number.isInteger(steps) && steps > 0))
    throw new EngineError("usage", `Integrated gradients need a whole number of steps from 1, not ${steps}.`, {
      steps,
    });
  const ablation = { kind: "resample", reference: "paired", perPosition: false } as const;
  return gradientScores(executor, examples, ablation, pathPoints(steps, end), request);
}
