// Puts a figure beside its null of random draws (law: no effect without one).
import { assertInternal } from "../base/errors.ts";
import type { Interval } from "../base/interval.ts";
import { LEAST_DRAWS, type NullFigure } from "../choices/null-figure.ts";
import { quantile } from "./bootstrap.ts";

/**
 * @param draws the same figure of at least `LEAST_DRAWS` random draws: vectors of the same norm, neurons of the same mean activation,
 *   shuffled labels, random sources
 */
export function besideNull(value: number, interval: Interval | undefined, draws: readonly number[]): NullFigure {
  assertInternal(draws.length >= LEAST_DRAWS, `a null of ${draws.length} draws; ${LEAST_DRAWS} are needed`);
  const sorted = [...draws].sort((a, b) => a - b);
  const mean = draws.reduce((sum, x) => sum + x, 0) / draws.length;
  const sd = Math.sqrt(draws.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (draws.length - 1));
  const median = quantile(sorted, 0.5);
  return {
    value,
    interval,
    null: {
      draws,
      mean,
      sd,
      quantiles: { "0.05": quantile(sorted, 0.05), "0.5": median, "0.95": quantile(sorted, 0.95) },
    },
    rank: 1 + draws.filter((x) => x >= value).length,
    rankApart: 1 + draws.filter((x) => Math.abs(x - median) >= Math.abs(value - median)).length,
    z: sd > 0 ? (value - mean) / sd : undefined,
  };
}
