// Completeness: whether the circuit breaks as the model does when the same units are taken out of both.
import { Random } from "../base/random.ts";
import { formatUnit } from "../circuit/unit.ts";
import type { UnitSet } from "../circuit/unit-set.ts";
import type { Evaluator } from "./evaluator.ts";
import { type Ends, faithfulness } from "./faithfulness.ts";

/** Random subsets K of the circuit with one share of its units. */
export interface CompletenessRow {
  /** |K| / |C|, before rounding to whole units. */
  readonly share: number;
  readonly count: number;
  /** Of |f(C∖K) − f(M∖K)|. */
  readonly mean: number;
  readonly greatest: number;
}

export interface Completeness {
  readonly examples: number;
  readonly rows: readonly CompletenessRow[];
  /** The subset with the greatest gap, and f without it. */
  readonly worst: { readonly removed: readonly string[]; readonly circuit: number; readonly model: number };
}

export interface CompletenessOptions {
  readonly shares: readonly number[];
  /** Subsets of each share. */
  readonly count: number;
  readonly seed: number;
  readonly onDone?: (done: number, total: number) => void;
}

/**
 * gap(K) = |f(C∖K) − f(M∖K)|, f by the same m(M) and m(∅) for both: small where the circuit has the model's backups too.
 *
 * @returns undefined for a circuit of nothing
 * @see Wang et al. 2022, arXiv:2211.00593, section 4 (there on the logit difference itself)
 */
export async function measureCompleteness(
  evaluator: Evaluator,
  ends: Ends,
  kept: UnitSet,
  { shares, count, seed, onDone }: CompletenessOptions,
): Promise<Completeness | undefined> {
  const units = kept.units();
  if (units.length === 0) return undefined;
  const random = Random.seeded(seed, "completeness");
  const full = evaluator.space.full();
  const fOf = async (set: UnitSet) => faithfulness(await evaluator.metric(set), ends.full, ends.empty);
  const rows: CompletenessRow[] = [];
  let worst = { removed: [] as readonly string[], circuit: 1, model: 1 };
  for (const [s, share] of shares.entries()) {
    const gaps: number[] = [];
    for (let i = 0; i < count; i++) {
      const removed = random.sample(units, Math.max(1, Math.round(share * units.length)));
      const [circuit, model] = [await fOf(kept.without(removed)), await fOf(full.without(removed))];
      const gap = Math.abs(circuit - model);
      if (gap > Math.abs(worst.circuit - worst.model)) worst = { removed: removed.map(formatUnit), circuit, model };
      gaps.push(gap);
      onDone?.(s * count + i + 1, shares.length * count);
    }
    rows.push({ share, count, mean: gaps.reduce((a, b) => a + b, 0) / count, greatest: Math.max(...gaps) });
  }
  return { examples: evaluator.examples.length, rows, worst };
}
