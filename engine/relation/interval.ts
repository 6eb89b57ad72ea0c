// Intervals of a mean over draws and subjects that were both sampled.
import { type Interval, leastForInterval } from "../base/interval.ts";
import { Random } from "../base/random.ts";
import { quantile } from "../evaluate/bootstrap.ts";

const resamples = 1000;

/**
 * 95 % percentile interval of the mean of "draw subject" values, draws and subjects both drawn anew with replacement: one draw's
 * subjects hang together, and so do one subject's draws.
 *
 * @returns undefined where draws or subjects are fewer than `leastForInterval`
 */
export function crossedInterval(values: readonly (readonly number[])[], seed: number): Interval | undefined {
  const subjects = values[0].length;
  if (Math.min(values.length, subjects) < leastForInterval) return undefined;
  const random = Random.seeded(seed, "crossed bootstrap");
  const means = new Float64Array(resamples).map(() => {
    const drawn = Array.from({ length: subjects }, () => random.below(subjects));
    let sum = 0;
    for (let d = 0; d < values.length; d++) {
      const row = values[random.below(values.length)];
      for (const s of drawn) sum += row[s];
    }
    return sum / (values.length * subjects);
  });
  means.sort();
  return [quantile(means, 0.025), quantile(means, 0.975)];
}
