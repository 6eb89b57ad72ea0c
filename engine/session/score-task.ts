// Estimated effects of heads, MLPs, neurons and edges on a task, from gradients; they order work, they never decide.
import type { EdgeScore } from "../score/edge-attribution.ts";
import { type EdgeMethod, edgeScores } from "../score/edge-methods.ts";
import { type GradientScores, gradientScores } from "../score/gradient-scores.ts";
import { type GradientMethod, pathOf } from "../score/path.ts";
import type { Position } from "../score/positions.ts";
import { prepare, type Prepared, type TaskSettings } from "./prepare.ts";

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

export interface ScoreSettings<Method extends EdgeMethod = GradientMethod> extends TaskSettings {
  readonly method: Method;
  /** Points of integrated gradients. */
  readonly steps: number;
  /** Also score at each of these positions. */
  readonly positions?: readonly Position[];
}

interface ScoreOptions {
  readonly threads?: number;
  readonly signal?: AbortSignal;
}

/** Units, on the discovery examples. @throws EngineError as `prepare` and `pathOf` */
export function scoreTask(settings: ScoreSettings, options: ScoreOptions = {}): Promise<ScoreOutcome> {
  const { method, steps, positions } = settings;
  return withPrepared(settings, options, async ({ executor, discovery, ablation, task, notes }) => {
    const request = { metric: task.metric, positions, signal: options.signal };
    const scores = await gradientScores(executor, discovery, ablation, pathOf(method, steps), request);
    return { scores, examples: discovery.length, notes };
  });
}

/** Edges, on the discovery examples. @throws EngineError as `prepare` and `pathOf` */
export function scoreEdges(settings: ScoreSettings<EdgeMethod>, options: ScoreOptions = {}): Promise<EdgeScoreOutcome> {
  const { method, steps, positions } = settings;
  return withPrepared(settings, options, async ({ executor, discovery, ablation, task, notes }) => {
    const request = { metric: task.metric, ablation, method, steps, positions, signal: options.signal };
    return { edges: await edgeScores(executor, discovery, request), examples: discovery.length, notes };
  });
}

async function withPrepared<T>(
  settings: TaskSettings,
  options: ScoreOptions,
  use: (prepared: Prepared) => Promise<T>,
): Promise<T> {
  const prepared = prepare(settings, options);
  try {
    return await use(prepared);
  } finally {
    await prepared.executor.dispose();
    prepared.model.close();
  }
}
