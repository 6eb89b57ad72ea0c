// Estimated effects of heads, MLPs, neurons and edges on a task, from gradients; they order work, they never decide.
import type { EdgeMethod, GradientMethod } from "../choices/lists.ts";
import type { Execution } from "../choices/execution.ts";
import type { ScoreSettings } from "../choices/score.ts";
import type { EdgeScore } from "../score/edge-attribution.ts";
import { edgeScores } from "../score/edge-methods.ts";
import { type GradientScores, gradientScores } from "../score/gradient-scores.ts";
import { pathOf } from "../score/integration-path.ts";
import { withTask } from "./prepare.ts";

export interface ScoreOutcome {
  readonly scores: GradientScores;
  readonly examples: number;
  readonly notes: readonly string[];
}

export interface EdgeScoreOutcome {
  /** Every edge of the model. */
  readonly edges: readonly EdgeScore[];
  readonly examples: number;
  readonly notes: readonly string[];
}

/** Scores of units or of edges; which of the two is asked of the function. */
export type ScoreChoice<Method extends EdgeMethod = GradientMethod> = Omit<ScoreSettings, "edges" | "method"> & {
  readonly method: Method;
};

interface ScoreOptions {
  readonly execution?: Execution;
  readonly signal?: AbortSignal;
}

/** Units, on the discovery examples. @throws EngineError as `prepare` and `pathOf` */
export function scoreTask(settings: ScoreChoice, options: ScoreOptions = {}): Promise<ScoreOutcome> {
  const { method, steps, positions } = settings;
  return withTask(settings, options, async ({ executor, discovery, ablation, task, notes }) => {
    const request = { metric: task.metric, positions, signal: options.signal };
    const scores = await gradientScores(executor, discovery, ablation, pathOf(method, steps), request);
    return { scores, examples: discovery.length, notes };
  });
}

/** Edges, on the discovery examples. @throws EngineError as `prepare` and `pathOf` */
export function scoreEdges(settings: ScoreChoice<EdgeMethod>, options: ScoreOptions = {}): Promise<EdgeScoreOutcome> {
  const { method, steps, positions } = settings;
  return withTask(settings, options, async ({ executor, discovery, ablation, task, notes }) => {
    const request = { metric: task.metric, ablation, method, steps, positions, signal: options.signal };
    return { edges: await edgeScores(executor, discovery, request), examples: discovery.length, notes };
  });
}
