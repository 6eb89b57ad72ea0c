// Bootstrap intervals over examples, or over whatever else was drawn.
import { type Interval, leastForInterval } from "../base/interval.ts";
import { Random } from "../base/random.ts";

/**
 * Percentile interval of a statistic of resampled examples.
 *
 * @param n number of examples; each resample draws n of them with replacement
 * @param statistic of the drawn indices; where it is undefined for a draw, another is drawn
 * @returns undefined for fewer than `leastForInterval` examples
 */
export function bootstrapInterval(
  n: number,
  statistic: (drawn: Int32Array) => number | undefined,
  { resamples = 1000, level = 0.95, seed }: { resamples?: number; level?: number; seed: number },
): Interval | undefined {
  if (n < leastForInterval) return undefined;
  const random = Random.seeded(seed, "bootstrap");
  const drawn = new Int32Array(n);
  const values = new Float64Array(resamples);
  for (let r = 0; r < resamples;) {
    for (let i = 0; i < n; i++) drawn[i] = random.below(n);
    const value = statistic(drawn);
    if (value !== undefined) values[r++] = value;
  }
  values.sort();
  return [quantile(values, (1 - level) / 2), quantile(values, (1 + level) / 2)];
}

/** Interval of a mean; undefined for too few values. */
export function meanInterval(values: Float64Array, seed: number): Interval | undefined {
  return bootstrapInterval(values.length, (drawn) => meanAt(values, drawn), { seed });
}

/** Interval of f, a ratio of means: all three runs of one example are drawn together; undefined for too few examples. */
export function faithfulnessInterval(
  circuit: Float64Array,
  full: Float64Array,
  empty: Float64Array,
  seed: number,
): Interval | undefined {
  return bootstrapInterval(
    circuit.length,
    (drawn) => {
      const floor = meanAt(empty, drawn);
      return (meanAt(circuit, drawn) - floor) / (meanAt(full, drawn) - floor);
    },
    { seed },
  );
}

/** Quantile of sorted values, linear between neighbours. */
export function quantile(sorted: ArrayLike<number>, q: number): number {
  const at = q * (sorted.length - 1);
  const below = Math.floor(at);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
}

/** Mean of the drawn entries. */
export function meanAt(values: Float64Array, drawn: Int32Array): number {
  let sum = 0;
  for (let i = 0; i < drawn.length; i++) sum += values[drawn[i]];
  return sum / drawn.length;
}
