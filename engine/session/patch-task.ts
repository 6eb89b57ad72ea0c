// Activation patching of a task: the effect of single places of the model on the metric.
import type { Execution } from "../choices/execution.ts";
import type { PatchResult, PatchSettings } from "../choices/patch.ts";
import { metricUnit } from "../metric/metric.ts";
import { activationPatching } from "../score/activation-patching.ts";
import { withTask } from "./prepare.ts";

/** On the discovery examples. @throws EngineError as `withTask`, and "usage" where a site has no such granularity */
export async function patchTask(
  settings: PatchSettings,
  options: {
    readonly execution?: Execution;
    readonly signal?: AbortSignal;
    readonly onProgress?: (done: number, total: number) => void;
  } = {},
): Promise<PatchResult> {
  return withTask(settings, options, async ({ executor, model, discovery, ablation, task, notes }) => {
    const effects = await activationPatching(executor, discovery, {
      direction: settings.direction,
      site: settings.site,
      by: settings.by,
      ablation,
      metric: task.metric,
      signal: options.signal,
      onProgress: options.onProgress,
    });
    const { kind, reference, perPosition } = ablation;
    return {
      modelName: model.name,
      taskName: task.name,
      metric: task.metric,
      unit: metricUnit[task.metric],
      ablation: { kind, reference, perPosition },
      examples: discovery.length,
      ...effects,
      notes,
    };
  });
}
