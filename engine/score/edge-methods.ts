// The ways of scoring edges, by name.
import type { Executor } from "../activations/executor.ts";
import type { Example } from "../task/example.ts";
import { edgeAttribution, type EdgeAttributionRequest, type EdgeScore } from "./edge-attribution.ts";
import { exactEdges } from "./exact-edges.ts";
import { informationFlow } from "./information-flow.ts";
import { GRADIENT_METHODS, pathOf } from "./path.ts";

/** Estimates by gradients, shares of what is read, and what cutting each edge does. */
export const EDGE_METHODS = [...GRADIENT_METHODS, "information-flow", "exact"] as const;
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
  switch (method) {
    case "information-flow":
      return informationFlow(executor, examples, request);
    case "exact":
      return exactEdges(executor, examples, request);
    default:
      return edgeAttribution(executor, examples, { ...request, path: pathOf(method, steps) });
  }
}
