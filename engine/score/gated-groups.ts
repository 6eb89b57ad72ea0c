// Groups of whole prompts for gated runs, each with what the ablation gives at every layer.
import type { Ablation } from "../activations/ablation.ts";
import type { Executor } from "../activations/executor.ts";
import type { Example } from "../task/example.ts";
import {
  ablatedOver,
  AblationDifferences,
  type Group,
  prepareGroups,
  type SiteValues,
  UNIT_SITES,
} from "./gradient-runs.ts";

export interface GatedGroup {
  readonly group: Group;
  /** What the ablation gives, by layer. */
  readonly ablated: readonly SiteValues[];
}

/** @param sites where gates are ever closed (default: all) */
export async function gatedGroups(
  executor: Executor,
  examples: readonly Example[],
  ablation: Ablation,
  sites = UNIT_SITES,
): Promise<GatedGroup[]> {
  const groups = prepareGroups(executor, examples);
  const values = await ablatedOver(executor, groups, ablation);
  const gated: GatedGroup[] = [];
  for (const group of groups) {
    const changes = new AblationDifferences(executor, values);
    const ablated: SiteValues[] = [];
    for (let layer = 0; layer < executor.model.config.nLayers; layer++)
      ablated.push(await changes.ablatedAt(group, layer, sites));
    gated.push({ group, ablated });
  }
  return gated;
}
