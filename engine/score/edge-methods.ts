// The ways of scoring edges, by name.
import type { EdgeMethod } from "../choices/lists.ts";
import type { Executor } from "../activations/executor.ts";
import type { Example } from "../task/example.ts";
import { edgeAttribution, type EdgeAttributionRequest, type EdgeScore } from "./edge-attribution.ts";
import { exactEdges } from "./exact-edges.ts";
import { informationFlow } from "./information-flow.ts";
import { pathOf } from "./integration-path.ts";

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
