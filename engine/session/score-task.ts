// Estimated effects of heads, MLPs, neurons and edges on a task, from gradients; they order work, they never decide.
import { attributionPatching } from "../score/attribution-patching.ts";
import type { GradientScores } from "../score/gradient-scores.ts";
import { type EdgeScore, edgeAttribution } from "../score/edge-attribution.ts";
import { integratedGradients, pathPoints } from "../score/integrated-gradients.ts";
import { prepare, type Prepared, type TaskSettings } from "./prepare.ts";

/** "attribution": gradient at the clean run; "integrated-gradients": mean gradient along the path from corrupt. */
export const SCORE_METHODS = ["attribution", "integrated-gradients"] as const;
export type ScoreMethod = (typeof SCORE_METHODS)[number];

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

export interface ScoreSettings extends TaskSettings {
  readonly method: ScoreMethod;
  /** Points of integrated gradients. */
  readonly steps: number;
}

interface ScoreOptions {
  readonly threads?: number;
  readonly signal?: AbortSignal;
}

/** Units, on the discovery examples. @throws EngineError as `prepare` */
export function scoreTask(settings: ScoreSettings, options: ScoreOptions = {}): Promise<ScoreOutcome> {
  return withPrepared(settings, options, async ({ executor, discovery, ablation, task, notes }) => {
    const request = { metric: task.metric, signal: options.signal };
    const scores =
      settings.method === "attribution"
        ? await attributionPatching(executor, discovery, { ...request, ablation })
        : await integratedGradients(executor, discovery, { ...request, steps: settings.steps });
    return { scores, examples: discovery.length, notes };
  });
}

/** Edges, on the discovery examples. @throws EngineError as `prepare` */
export function scoreEdges(settings: ScoreSettings, options: ScoreOptions = {}): Promise<EdgeScoreOutcome> {
  return withPrepared(settings, options, async ({ executor, discovery, ablation, task, notes }) => {
    const alphas = settings.method === "attribution" ? [1] : pathPoints(settings.steps, "clean");
    const request = { metric: task.metric, ablation, alphas, signal: options.signal };
    return { edges: await edgeAttribution(executor, discovery, request), examples: discovery.length, notes };
  });
}

async function withPrepared<T>(
  settings: ScoreSettings,
  { threads }: ScoreOptions,
  use: (prepared: Prepared) => Promise<T>,
): Promise<T> {
  const prepared = prepare(settings, { threads });
  try {
    return await use(prepared);
  } finally {
    await prepared.executor.dispose();
    prepared.model.close();
  }
}
