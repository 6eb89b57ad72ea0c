// The interval of a share: how often something held in so many draws.
import { type Interval, leastForInterval } from "../base/interval.ts";

/** Of the standard normal distribution at 0.975. */
const z = 1.959963984540054;

/**
 * Wilson's score interval, 95 %: (p + z²/2n ± z √(p(1 − p)/n + z²/4n²)) / (1 + z²/n). Unlike a bootstrap it does not shrink to a point
 * where all draws agree. Wilson, J. Am. Stat. Assoc. 22 (1927), 209–212.
 *
 * @param held of n draws
 * @returns undefined for fewer than `leastForInterval` draws
 */
export function shareInterval(held: number, n: number): Interval | undefined {
  if (n < leastForInterval) return undefined;
  const share = held / n;
  const middle = share + z ** 2 / (2 * n);
  const half = z * Math.sqrt((share * (1 - share)) / n + z ** 2 / (4 * n ** 2));
  const ends = [middle - half, middle + half].map((end) => Math.min(1, Math.max(0, end / (1 + z ** 2 / n))));
  return [ends[0]!, ends[1]!];
}
