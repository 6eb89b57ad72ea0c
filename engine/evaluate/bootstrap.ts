// Bootstrap intervals over examples, or over whatever else was drawn.
import { type Interval, leastForInterval } from "../base/interval.ts";
import { Random } from "../base/random.ts";

/**
 * What is drawn: so many values, one by one; or clusters, by the indices of their values, each as a whole. Values that belong together,
 * such as those of one clean prompt with several corrupt ones, are not independent, and drawn one by one they would make intervals
 * too narrow.
 *
 * @see Davison and Hinkley 1997, Bootstrap Methods and their Application, section 3.8: resampling whole clusters
 */
export type Drawable = number | readonly Int32Array[];

export const countOf = (of: Drawable): number => (typeof of === "number" ? of : of.length);

/** Draws indices of `count` of the values, or of the clusters, with replacement; every draw is written over the one before. */
export function drawerOf(of: Drawable, count: number, random: Random): () => Int32Array {
  const n = countOf(of);
  const longest = typeof of === "number" ? 1 : of.reduce((most, { length }) => Math.max(most, length), 0);
  const rows = new Int32Array(count * longest);
  return () => {
    let at = 0;
    for (let i = 0; i < count; i++) {
      const drawn = random.below(n);
      if (typeof of === "number") rows[at++] = drawn;
      else for (let j = 0; j < of[drawn].length; j++) rows[at++] = of[drawn][j];
    }
    return at === rows.length ? rows : rows.subarray(0, at);
  };
}

const resamples = 1000;
const level = 0.95;

/**
 * Percentile interval of a statistic of resamples, each of as many values or clusters as there are.
 *
 * @param statistic of the drawn indices; where it is undefined for a draw, another is drawn
 * @returns undefined for fewer than `leastForInterval` of them
 */
export function bootstrapInterval(
  of: Drawable,
  statistic: (drawn: Int32Array) => number | undefined,
  { seed }: { readonly seed: number },
): Interval | undefined {
  if (countOf(of) < leastForInterval) return undefined;
  const draw = drawerOf(of, countOf(of), Random.seeded(seed, "bootstrap"));
  const values = new Float64Array(resamples);
  for (let r = 0; r < resamples;) {
    const value = statistic(draw());
    if (value !== undefined) values[r++] = value;
  }
  return percentiles(values);
}

/** @param values of the resamples; sorted in place */
function percentiles(values: Float64Array): Interval {
  values.sort();
  return [quantile(values, (1 - level) / 2), quantile(values, (1 + level) / 2)];
}

/** Interval of a mean; undefined for too few values, or clusters of them. */
export function meanInterval(values: Float64Array, seed: number, of: Drawable = values.length): Interval | undefined {
  return bootstrapInterval(of, (drawn) => meanAt(values, drawn), { seed });
}

/**
 * `meanInterval` for many series over the same examples: draws are made once and kept, and to make them is most of its work.
 *
 * @returns of a series, its interval; undefined for too few values, or clusters of them
 */
export function meanIntervalsOver(of: Drawable, seed: number): ((values: Float64Array) => Interval) | undefined {
  if (countOf(of) < leastForInterval) return undefined;
  const draw = drawerOf(of, countOf(of), Random.seeded(seed, "bootstrap"));
  const draws = Array.from({ length: resamples }, () => draw().slice());
  const means = new Float64Array(draws.length);
  return (values) => {
    for (let r = 0; r < draws.length; r++) means[r] = meanAt(values, draws[r]);
    return percentiles(means);
  };
}

/** Interval of f, a ratio of means: all three runs of one example are drawn together; undefined for too few clusters. */
export function faithfulnessInterval(
  circuit: Float64Array,
  full: Float64Array,
  empty: Float64Array,
  { seed, of = circuit.length }: { readonly seed: number; readonly of?: Drawable },
): Interval | undefined {
  return bootstrapInterval(
    of,
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
