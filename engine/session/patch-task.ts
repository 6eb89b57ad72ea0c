// Activation patching of a task: the effect of single places of the model on the metric.
import type { Execution } from "../choices/execution.ts";
import type { PatchSettings } from "../choices/patch.ts";
import { activationPatching, type PatchingEffects } from "../score/activation-patching.ts";
import { withTask, type Prepared } from "./prepare.ts";

export interface PatchOutcome {
  readonly effects: PatchingEffects;
  readonly prepared: Pick<Prepared, "task" | "ablation" | "discovery" | "notes">;
  readonly modelName: string;
}

/** On the discovery examples. @throws EngineError as `prepare`, and "usage" where a site has no such granularity */
export async function patchTask(
  settings: PatchSettings,
  options: {
    readonly execution?: Execution;
    readonly signal?: AbortSignal;
    readonly onProgress?: (done: number, total: number) => void;
  } = {},
): Promise<PatchOutcome> {
  return withTask(settings, options, async (prepared) => {
    const { executor, model, discovery, ablation, task, notes } = prepared;
    const effects = await activationPatching(executor, discovery, {
      direction: settings.direction,
      site: settings.site,
      by: settings.by,
      ablation,
      metric: task.metric,
      signal: options.signal,
      onProgress: options.onProgress,
    });
    return { effects, prepared: { task, ablation, discovery, notes }, modelName: model.name };
  });
}
