// The area under the ROC curve of an activation against an event, with exact ties, for many sets of labels at once.
import { EngineError } from "../base/errors.ts";
import { say } from "../base/sentence.ts";

/** Room for the number of a value beside its key: 2^20 values can be ordered. */
export const MOST_RANKED = 2 ** 20;

/** Ranks columns of one length, over and over in the same memory. */
export class Ranker {
  private readonly ranks: Float64Array;
  private readonly order: Float64Array;
  private readonly floats: Float32Array;
  private readonly keys: Uint32Array;

  /** @throws EngineError "usage" for more than 2^20 values */
  constructor(length: number) {
    if (length > MOST_RANKED) {
      throw new EngineError(
        "usage",
        say`There are ${length} places, and ${MOST_RANKED} can be ranked at once. Take fewer texts, or fewer places of each.`,
      );
    }
    this.ranks = new Float64Array(length);
    this.order = new Float64Array(length);
    this.floats = new Float32Array(length);
    this.keys = new Uint32Array(this.floats.buffer);
  }

  /**
   * The ranks of values, from 1; equal float32 values share the mean of their ranks. Good until the next call.
   *
   * @param values none NaN
   */
  rank(values: ArrayLike<number>): Float64Array {
    const { ranks, order, floats, keys } = this;
    const { length } = ranks;
    for (let i = 0; i < length; i++) floats[i] = values[i] + 0;
    for (let i = 0; i < length; i++) {
      // The bits of a float32 as an integer of the same order, with the number of the value behind it.
      const bits = keys[i];
      order[i] = (bits >= 0x80000000 ? 0xffffffff - bits : bits + 0x80000000) * MOST_RANKED + i;
    }
    order.sort();
    for (let from = 0; from < length;) {
      const first = order[from];
      const start = first - (first % MOST_RANKED);
      const end = start + MOST_RANKED;
      let to = from + 1;
      while (to < length && order[to] < end) to++;
      const rank = (from + 1 + to) / 2;
      for (let i = from; i < to; i++) ranks[order[i] - start] = rank;
      from = to;
    }
    return ranks;
  }
}

/**
 * AUROC = (R₁ − n₁(n₁ + 1)/2) / (n₁ n₀), with R₁ the sum of the events' mid-ranks: the chance that the activation at an event is above
 * that at another place, ties counted half. 0.5 where there is nothing to compare.
 *
 * @param events numbers of the places that are events
 */
export function aurocOf(ranks: Float64Array, events: ArrayLike<number>): number {
  const n1 = events.length;
  const n0 = ranks.length - n1;
  if (n1 === 0 || n0 === 0) return 0.5;
  let sum = 0;
  for (let i = 0; i < n1; i++) sum += ranks[events[i]];
  return (sum - (n1 * (n1 + 1)) / 2) / (n1 * n0);
}
