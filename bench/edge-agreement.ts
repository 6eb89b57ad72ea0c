// How far our scores of edges are from a peer's of the same definition.
import type { EdgeMethod } from "../engine/choices/lists.ts";
import type { Executor } from "../engine/activations/executor.ts";
import type { Ablation } from "../engine/activations/ablation.ts";
import { formatEdge } from "../engine/circuit/edge.ts";
import type { MetricName } from "../engine/metric/metric.ts";
import { edgeAttribution, type EdgeScore } from "../engine/score/edge-attribution.ts";
import { edgeScores } from "../engine/score/edge-methods.ts";
import { pathOf, pathPoints } from "../engine/score/integration-path.ts";
import type { Example } from "../engine/task/example.ts";

/** Points of integrated gradients. */
export const steps = 5;

export const AUTHORS = ["secateur", "EAP-IG", "AutoCircuit"] as const;
export type Author = (typeof AUTHORS)[number];

/** What is scored. */
export interface ScoredTask {
  readonly executor: Executor;
  readonly discovery: readonly Example[];
  readonly metric: MetricName;
  readonly ablation: Ablation;
}

export function ourScores(method: EdgeMethod, { executor, discovery, ...task }: ScoredTask): Promise<EdgeScore[]> {
  return edgeScores(executor, discovery, { method, steps, ...task });
}

/** Our scores by the peer's definition, where ours differs in a convention; undefined where it differs in more. */
export async function sameDefinition(
  by: Author,
  method: EdgeMethod,
  task: ScoredTask,
): Promise<readonly EdgeScore[] | undefined> {
  if (by === "AutoCircuit" && method !== "attribution") return undefined;
  switch (method) {
    case "integrated-gradients-activations":
      return undefined;
    case "integrated-gradients": {
      const { executor, discovery, metric, ablation } = task;
      const path = { ...pathOf(method, steps), alphas: pathPoints(steps, "corrupt") };
      return edgeAttribution(executor, discovery, { metric, ablation, path });
    }
    case "information-flow":
      return (await ourScores(method, task)).map((edge) => ({ ...edge, score: -edge.score }));
    default:
      return ourScores(method, task);
  }
}

/** Over the peer's largest score. */
export function largestDifference(ours: readonly EdgeScore[], theirs: readonly EdgeScore[]): number {
  const other = new Map(theirs.map((edge) => [formatEdge(edge), edge.score]));
  const largest = Math.max(...theirs.map(({ score }) => Math.abs(score)));
  return Math.max(...ours.map((edge) => Math.abs(edge.score - other.get(formatEdge(edge))!))) / largest;
}
