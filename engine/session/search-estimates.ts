// What gradients say of the units that a search does not measure one by one before it begins.
import type { SearchOrder } from "../choices/lists.ts";
import { formatUnit, type Unit } from "../circuit/unit.ts";
import type { UnitSpace } from "../circuit/unit-set.ts";
import { featureAttribution } from "../score/feature-attribution.ts";
import { gradientScores, scoreOf } from "../score/gradient-scores.ts";
import { pathOf } from "../score/integration-path.ts";
import type { Prepared } from "./prepare.ts";

/** Points of integrated gradients, where the search's order comes from them. */
const orderSteps = 5;

/**
 * Of features and errors always, of hidden neurons where they are many, of all where the order asks for it; undefined where every unit's
 * effect is measured.
 */
export function estimatesOf(
  prepared: Prepared,
  space: UnitSpace,
  { order, manyNeurons }: { readonly order: SearchOrder | undefined; readonly manyNeurons: boolean },
  signal: AbortSignal | undefined,
): (() => Promise<Map<string, number>>) | undefined {
  const method = order === "attribution" || order === "integrated-gradients" ? order : undefined;
  const { executor, discovery, ablation, task, laid } = prepared;
  const isFeature = ({ kind }: Unit) => kind === "feature" || kind === "error";
  const units = space.full().units();
  const byGradients = units.filter((unit) => (method ? !isFeature(unit) : manyNeurons && unit.kind === "neuron"));
  const features = units.filter(isFeature);
  if (byGradients.length === 0 && features.length === 0) return undefined;
  return async () => {
    const estimates = new Map<string, number>();
    if (byGradients.length > 0) {
      const path = pathOf(method ?? "attribution", orderSteps);
      const scores = await gradientScores(executor, discovery, ablation, path, { metric: task.metric, signal });
      for (const unit of byGradients) estimates.set(formatUnit(unit), scoreOf(scores, unit));
    }
    if (features.length > 0) {
      const found = await featureAttribution(executor, discovery, laid.spliced, {
        metric: task.metric,
        ablation,
        signal,
      });
      for (const unit of features) {
        const id = formatUnit(unit);
        if (found.has(id)) estimates.set(id, found.get(id)!);
      }
    }
    return estimates;
  };
}
