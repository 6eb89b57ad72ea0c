// The ways of scoring edges, by name.
import type { Executor } from "../activations/executor.ts";
import type { Example } from "../task/example.ts";
import { edgeAttribution, type EdgeAttributionRequest, type EdgeScore } from "./edge-attribution.ts";
import { informationFlow } from "./information-flow.ts";
import { GRADIENT_METHODS, pathOf } from "./path.ts";

export const EDGE_METHODS = [...GRADIENT_METHODS, "information-flow"] as const;
export type EdgeMethod = (typeof EDGE_METHODS)[number];

export interface EdgeScoreRequest extends Omit<EdgeAttributionRequest, "path"> {
  readonly method: EdgeMethod;
  /** Points of integrated gradients. */
  readonly steps: number;
}

/** @throws EngineError as `edgeAttribution` and `pathOf` */
export async function edgeScores(
  executor: Executor,
  examples: readonly Example[],
  { method, steps, ...request }: EdgeScoreRequest,
): Promise<EdgeScore[]> {
  return method === "information-flow"
    ? informationFlow(executor, examples, request)
    : edgeAttribution(executor, examples, { ...request, path: pathOf(method, steps) });
}
