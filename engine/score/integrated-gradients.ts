// Integrated gradients over the input (EAP-IG inputs): attribution with gradients averaged along the straight path from
// the corrupt to the clean embeddings.
import type { Executor } from "../activations/executor.ts";
import type { Example } from "../task/example.ts";
import { type GradientScores, gradientScores, type ScoreRequest } from "./gradient-scores.ts";
import { type PathEnd, pathPoints } from "./integration-path.ts";

export interface IntegratedGradientsRequest extends ScoreRequest {
  /** m, the number of points. */
  readonly steps: number;
  /** EAP-IG's code has the corrupt end; default: "clean". */
  readonly end?: PathEnd;
}

/**
 * score(unit) = mean over examples of Σ over pos, dim (corrupt − clean) · (1/m) Σ_k ∂metric/∂activation at e(α_k), with
 * e(α) = corrupt + α (clean − corrupt) embeddings; the activations are those of the pure runs. The score of the input
 * tends to m(corrupt) − m(clean) as m grows (completeness); the path is straight only there.
 *
 * @throws EngineError "usage" where `steps` is no count, there is no example or a position is lacking; "cancelled"
 * @see Hanna, Pezzelle, Belinkov 2024, arXiv:2403.17806
 */
export async function integratedGradients(
  executor: Executor,
  examples: readonly Example[],
  request: IntegratedGradientsRequest,
): Promise<GradientScores> {
  const ablation = { kind: "resample", reference: "paired", perPosition: false } as const;
  const path = {
    through: "input",
    change: "whole",
    alphas: pathPoints(request.steps, request.end ?? "clean"),
  } as const;
  return gradientScores(executor, examples, ablation, path, request);
}
