// Completeness: whether the circuit breaks as the model does when the same units are taken out of both.
import { greatest } from "../base/greatest.ts";
import { Random } from "../base/random.ts";
import { compareUnits, formatUnit, type Unit } from "../circuit/unit.ts";
import type { UnitSet } from "../circuit/unit-set.ts";
import type { Evaluator } from "./evaluator.ts";
import { type Ends, faithfulness } from "./faithfulness.ts";

/** Random subsets K of the circuit with one share of its units. */
export interface CompletenessRow {
  /** |K| / |C|, before rounding to whole units. */
  readonly share: number;
  /** Different subsets measured. */
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
  /** Two that come to the same number of units are measured once, as the first of them. */
  readonly shares: readonly number[];
  /** Subsets of each share; where there are fewer, every one. */
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
  const drawn = drawnSubsets(units, shares, count, random);
  const total = drawn.reduce((sum, { subsets }) => sum + subsets.length, 0);
  let done = 0;
  const rows: CompletenessRow[] = [];
  let worst = { removed: [] as readonly string[], circuit: 1, model: 1 };
  for (const { share, subsets } of drawn) {
    const gaps: number[] = [];
    for (const removed of subsets) {
      const [circuit, model] = [await fOf(kept.without(removed)), await fOf(full.without(removed))];
      const gap = Math.abs(circuit - model);
      if (gap > Math.abs(worst.circuit - worst.model)) worst = { removed: removed.map(formatUnit), circuit, model };
      gaps.push(gap);
      onDone?.(++done, total);
    }
    const mean = gaps.reduce((a, b) => a + b, 0) / gaps.length;
    rows.push({ share, count: gaps.length, mean, greatest: greatest(gaps) });
  }
  return { examples: evaluator.examples.length, rows, worst };
}

function drawnSubsets(units: readonly Unit[], shares: readonly number[], count: number, random: Random) {
  const sizes = shares.map((share) => Math.max(1, Math.round(share * units.length)));
  return shares.flatMap((share, i) =>
    sizes.indexOf(sizes[i]) === i ? [{ share, subsets: differentSubsets(units, sizes[i], count, random) }] : [],
  );
}

/** So many different subsets of one size, each in the order of the data flow; every one where there are no more. */
export function differentSubsets(units: readonly Unit[], size: number, count: number, random: Random): Unit[][] {
  const ordered = [...units].sort(compareUnits);
  if (choices(ordered.length, size, count) <= count) return everySubset(ordered, size);
  const found = new Map<string, Unit[]>();
  const numbers = ordered.map((_, i) => i);
  while (found.size < count) {
    const drawn = random.sample(numbers, size).sort((a, b) => a - b);
    found.set(
      drawn.join(),
      drawn.map((i) => ordered[i]),
    );
  }
  return [...found.values()];
}

/** Number of subsets of `size` out of `n`, or any number above `enough` once it is certain that there are more. */
function choices(n: number, size: number, enough: number): number {
  let ways = 1;
  const factors = Math.min(size, n - size);
  for (let i = 1; i <= factors && ways <= enough; i++) ways = (ways * (n - factors + i)) / i;
  return ways;
}

function everySubset(units: readonly Unit[], size: number): Unit[][] {
  if (size === 0) return [[]];
  return units.flatMap((first, i) => everySubset(units.slice(i + 1), size - 1).map((rest) => [first, ...rest]));
}
