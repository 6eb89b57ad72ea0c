// How alike several searches' circuits are, to each other and to one circuit: Jaccard, and how often each unit is kept.
import { least } from "../base/greatest.ts";
import type { Interval } from "../base/interval.ts";
import { compareUnits, parseUnit } from "../circuit/unit.ts";
import { bootstrapInterval, meanInterval } from "./bootstrap.ts";

/** |A ∩ B| / |A ∪ B|, 1 where both keep nothing. */
export interface Alikeness {
  readonly mean: number;
  readonly least: number;
  /** Of the mean, 95 %, bootstrap over the searches; absent for too few of them. */
  readonly interval?: Interval;
}

export interface Agreement {
  /** Over every two circuits; absent for fewer than two. */
  readonly jaccard?: Alikeness;
  /** Of each with one circuit, where there is one. */
  readonly jaccardWithCircuit?: Alikeness;
  /** Share of the circuits that keep a unit, most often kept first, then in the order of the data flow. */
  readonly units: readonly { readonly id: string; readonly share: number }[];
}

/** @param circuits ids of the kept units of each */
export function agreementOf(
  circuits: readonly ReadonlySet<string>[],
  { seed, circuit }: { readonly seed: number; readonly circuit?: ReadonlySet<string> },
): Agreement {
  const counts = new Map<string, number>();
  for (const kept of circuits) for (const id of kept) counts.set(id, (counts.get(id) ?? 0) + 1);
  return {
    ...(circuits.length > 1 && { jaccard: amongEachOther(circuits, seed) }),
    ...(circuit && { jaccardWithCircuit: withOne(circuits, circuit, seed) }),
    units: [...counts]
      .map(([id, count]) => ({ id, share: count / circuits.length }))
      .sort((a, b) => b.share - a.share || compareUnits(parseUnit(a.id)!, parseUnit(b.id)!)),
  };
}

/** A search that is drawn twice is not compared with itself. */
function amongEachOther(circuits: readonly ReadonlySet<string>[], seed: number): Alikeness {
  const between = circuits.map((a) => circuits.map((b) => jaccard(a, b)));
  const meanOver = (drawn: ArrayLike<number>): number | undefined => {
    let [sum, pairs] = [0, 0];
    for (let i = 0; i < drawn.length; i++) {
      for (let j = 0; j < i; j++) {
        if (drawn[i] === drawn[j]) continue;
        sum += between[drawn[i]][drawn[j]];
        pairs++;
      }
    }
    return pairs === 0 ? undefined : sum / pairs;
  };
  const all = circuits.map((_, i) => i);
  const interval = bootstrapInterval(circuits.length, meanOver, { seed });
  return {
    mean: meanOver(all)!,
    least: least(between.flatMap((row, i) => row.slice(0, i))),
    ...(interval && { interval }),
  };
}

function withOne(circuits: readonly ReadonlySet<string>[], circuit: ReadonlySet<string>, seed: number): Alikeness {
  const each = Float64Array.from(circuits, (kept) => jaccard(kept, circuit));
  const interval = meanInterval(each, seed);
  return {
    mean: each.reduce((sum, value) => sum + value, 0) / each.length,
    least: least(each),
    ...(interval && { interval }),
  };
}

function jaccard(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  const both = [...a].filter((id) => b.has(id)).length;
  const either = a.size + b.size - both;
  return either === 0 ? 1 : both / either;
}
