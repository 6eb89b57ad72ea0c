// Minimality: what each single unit of a circuit is worth to it.
import { groupBy } from "../base/group.ts";
import { formatUnit, type Unit } from "../circuit/unit.ts";
import type { UnitSet } from "../circuit/unit-set.ts";
import type { Evaluator } from "./evaluator.ts";
import { type Ends, faithfulness } from "./faithfulness.ts";

export interface Minimality {
  readonly examples: number;
  /** f(C) on these examples. */
  readonly faithfulness: number;
  /** f(C∖{v}) of each unit measured, the one whose loss moves f most first. */
  readonly units: readonly { readonly id: string; readonly without: number }[];
}

/**
 * f of the circuit without each unit alone; units of one layer and kind go through the model together.
 *
 * @param units of the circuit that are measured
 * @see Wang et al. 2022, arXiv:2211.00593, section 4, with K = ∅
 */
export async function measureMinimality(
  evaluator: Evaluator,
  ends: Ends,
  kept: UnitSet,
  units: readonly Unit[],
  onDone?: (done: number, total: number) => void,
): Promise<Minimality> {
  const fOf = (metric: number) => faithfulness(metric, ends.full, ends.empty);
  const state = await evaluator.start(kept);
  const whole = fOf(await evaluator.metric(kept));
  const measured: { id: string; without: number }[] = [];
  for (const group of groupBy(units, (unit) => `${unit.layer}/${unit.kind}`).values()) {
    const metrics = await evaluator.alternatives(
      state,
      group.map((unit) => kept.without([unit])),
    );
    group.forEach((unit, i) => measured.push({ id: formatUnit(unit), without: fOf(metrics[i]) }));
    onDone?.(measured.length, units.length);
  }
  measured.sort((a, b) => Math.abs(whole - b.without) - Math.abs(whole - a.without));
  return { examples: evaluator.examples.length, faithfulness: whole, units: measured };
}
