// The exact effect of cutting each single edge of the model, one after another.
import type { Executor } from "../activations/executor.ts";
import { formatEdge } from "../circuit/edge.ts";
import { topologyOf } from "../circuit/topology.ts";
import { UnitSpace } from "../circuit/unit-set.ts";
import type { Example } from "../task/example.ts";
import { measureConnections } from "./connections.ts";
import type { EdgeAttributionRequest, EdgeScore } from "./edge-attribution.ts";

/**
 * score(u → v) = m with what u writes ablated at this one input − m of the model; what the gradients estimate.
 *
 * @returns every edge of the model, in the order of `topologyOf`; a run from the target's layer on for each
 * @throws EngineError "cancelled"
 */
export async function exactEdges(
  executor: Executor,
  examples: readonly Example[],
  { metric, ablation, signal, onProgress }: Omit<EdgeAttributionRequest, "path" | "positions">,
): Promise<EdgeScore[]> {
  const { config } = executor.model;
  const model = new UnitSpace(config, ["head", "mlp"]).full();
  const { edges } = await measureConnections(executor, examples, model, { metric, ablation, signal, onProgress });
  const weights = new Map(
    edges.map(({ source, target, input, weight }) => [
      `${source}->${target}${input === undefined ? "" : `<${input}>`}`,
      weight,
    ]),
  );
  return topologyOf(config).edges.map((edge) => ({ ...edge, score: weights.get(formatEdge(edge))! }));
}
