// The exact sweep over all heads: each alone ablated, those of one layer together.
import { groupBy } from "../engine/base/group.ts";
import { formatUnit } from "../engine/circuit/unit.ts";
import type { Evaluator } from "../engine/evaluate/evaluator.ts";

/**
 * @param beforeLayer what is done before the heads of each layer
 * @returns the mean metric without each head, by its id
 */
export async function sweepHeads(
  evaluator: Evaluator,
  beforeLayer: () => Promise<void> = () => Promise.resolve(),
): Promise<Map<string, number>> {
  const full = evaluator.space.full();
  const state = await evaluator.start(full);
  const metrics = new Map<string, number>();
  for (const units of groupBy(full.units(), ({ layer }) => layer).values()) {
    await beforeLayer();
    const changed = units.map((unit) => full.without([unit]));
    const measured = await evaluator.alternatives(state, changed);
    units.forEach((unit, i) => metrics.set(formatUnit(unit), measured[i]));
  }
  return metrics;
}
