// Reciprocal-rank traces: how near to the top chosen tokens stand, point by point, averaged over prompts.
//
// Merullo, Eickhoff and Pavlick 2024, arXiv 2305.16130: the argument of a function rises first, then its value takes over.
import type { Interval } from "../base/interval.ts";
import { type Drawable, meanInterval } from "../evaluate/bootstrap.ts";
import type { Reading } from "../readout/readings.ts";

/** By point. */
export interface Trace {
  readonly label: string;
  /** Mean over prompts of 1/rank; 1: the token is always first. */
  readonly mean: readonly number[];
  /** 95 % bootstrap interval of that mean; undefined for too few prompts. */
  readonly intervals: readonly (Interval | undefined)[];
  /** The same mean for the tokens of the next prompt in the list instead of the prompt's own: what chance gives. */
  readonly other: readonly number[];
  /** Prompts for which the token is first. */
  readonly first: readonly number[];
}

/**
 * @param readings by prompt, then point; `tokens` hold the chosen tokens in the order of `labels`, then those of the next prompt
 *                 in the same order
 * @param of prompts that are drawn together: those of one text (default: each by itself)
 */
export function tracesOf(
  readings: readonly (readonly Reading[])[],
  labels: readonly string[],
  { seed, of = readings.length }: { readonly seed: number; readonly of?: Drawable },
): Trace[] {
  const points = readings[0]?.length ?? 0;
  return labels.map((label, t) => {
    const reciprocal = (token: number) =>
      Array.from({ length: points }, (_, point) =>
        Float64Array.from(readings, (prompt) => 1 / prompt[point].tokens[token].rank),
      );
    const own = reciprocal(t);
    const other = reciprocal(labels.length + t);
    return {
      label,
      mean: own.map(meanOf),
      intervals: own.map((values) => meanInterval(values, seed, of)),
      other: other.map(meanOf),
      first: own.map((values) => values.filter((value) => value === 1).length),
    };
  });
}

function meanOf(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
