// How many values an interval needs: none is made of too few, and one of few comes with a sentence of caution.

import { say, type Sentence } from "./sentence.ts";
export type Interval = readonly [lo: number, hi: number];

/** Fewer values than these have no interval: resampling them only repeats them. */
export const leastForInterval = 5;

/** An interval of fewer values than these is often too narrow. */
export const fewForInterval = 20;

/** Whether an interval over so many values is to be read with caution, or is absent. */
export const isFew = (n: number): boolean => n < fewForInterval;

/**
 * What a reader must know of an interval over so many values, as a sentence.
 *
 * @param what the values are, such as "held-out examples"
 * @returns undefined where they are many enough
 */
export function fewSentence(n: number, what: Sentence): Sentence | undefined {
  if (!isFew(n)) return undefined;
  return n < leastForInterval
    ? say`No interval: it takes at least ${leastForInterval} ${what}; here: ${n}.`
    : say`The interval is of only ${n} ${what}; below ${fewForInterval} it is often too narrow.`;
}
