// Attribution patching: a first-order estimate of what ablating each head, MLP and neuron does to the metric.
import type { Ablation } from "../activations/ablation.ts";
import type { Executor } from "../activations/executor.ts";
import type { Example } from "../task/example.ts";
import { type GradientScores, gradientScores, type ScoreRequest } from "./gradient-scores.ts";
import { pathOf } from "./integration-path.ts";

export interface AttributionRequest extends ScoreRequest {
  readonly ablation: Ablation;
}

/**
 * score(unit) = mean over examples of Σ over pos, dim (ablated − clean) · ∂metric/∂activation in the clean run: two
 * forward passes and one backward pass for all units together. Exact where the model is linear.
 *
 * @throws EngineError "usage" where there is no example or a position that an example lacks; "cancelled"
 * @see Nanda 2023; Syed et al. 2023, arXiv:2310.10348. Same sign as EAP's code (corrupt − clean).
 */
export function attributionPatching(
  executor: Executor,
  examples: readonly Example[],
  request: AttributionRequest,
): Promise<GradientScores> {
  return gradientScores(executor, examples, request.ablation, pathOf("attribution", 1), request);
}
