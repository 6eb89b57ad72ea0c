// How alike several searches' circuits are: Jaccard of every two, and how often each unit is kept.

export interface Agreement {
  /** |A ∩ B| / |A ∪ B| over every two circuits, 1 where both keep nothing; undefined for fewer than two circuits. */
  readonly jaccard: { readonly mean: number; readonly least: number } | undefined;
  /** Share of the circuits that keep a unit, most often kept first. */
  readonly units: readonly { readonly id: string; readonly share: number }[];
}

/** @param circuits ids of the kept units of each */
export function agreementOf(circuits: readonly ReadonlySet<string>[]): Agreement {
  const pairs = circuits.flatMap((a, i) => circuits.slice(i + 1).map((b) => jaccard(a, b)));
  const counts = new Map<string, number>();
  for (const circuit of circuits) for (const id of circuit) counts.set(id, (counts.get(id) ?? 0) + 1);
  return {
    jaccard:
      pairs.length === 0
        ? undefined
        : { mean: pairs.reduce((sum, value) => sum + value, 0) / pairs.length, least: Math.min(...pairs) },
    units: [...counts]
      .map(([id, count]) => ({ id, share: count / circuits.length }))
      .sort((a, b) => b.share - a.share || a.id.localeCompare(b.id)),
  };
}

function jaccard(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  const both = [...a].filter((id) => b.has(id)).length;
  const either = a.size + b.size - both;
  return either === 0 ? 1 : both / either;
}
