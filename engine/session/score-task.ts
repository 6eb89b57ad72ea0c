// Estimated effects of heads, MLPs and neurons on a task, from gradients; they order work, they never decide.
import { attributionPatching } from "../score/attribution-patching.ts";
import type { GradientScores } from "../score/gradient-scores.ts";
import { integratedGradients } from "../score/integrated-gradients.ts";
import { prepare, type TaskSettings } from "./prepare.ts";

/** "attribution": gradient at the clean run; "integrated-gradients": mean gradient along the path from corrupt. */
export const SCORE_METHODS = ["attribution", "integrated-gradients"] as const;
export type ScoreMethod = (typeof SCORE_METHODS)[number];

export interface ScoreOutcome {
  readonly scores: GradientScores;
  readonly examples: number;
  readonly notes: readonly string[];
}

/** On the discovery examples. @throws EngineError as `prepare` */
export async function scoreTask(
  settings: TaskSettings & { readonly method: ScoreMethod; readonly steps: number },
  options: { readonly threads?: number; readonly signal?: AbortSignal } = {},
): Promise<ScoreOutcome> {
  const prepared = prepare(settings, { threads: options.threads });
  const { executor, model, discovery, ablation, task, notes } = prepared;
  const request = { metric: task.metric, signal: options.signal };
  try {
    const scores =
      settings.method === "attribution"
        ? await attributionPatching(executor, discovery, { ...request, ablation })
        : await integratedGradients(executor, discovery, { ...request, steps: settings.steps });
    return { scores, examples: discovery.length, notes };
  } finally {
    await executor.dispose();
    model.close();
  }
}
