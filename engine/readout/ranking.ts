// The order of tokens by logit: the first, the first k, and how many stand before one. Values may come slice by slice.

/** Index of the largest entry, the first of several. */
export function argMax(values: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i] > values[best]) best = i;
  return best;
}

/** The k largest of the values seen so far, largest first; among equal ones that with the smaller id. */
export class Largest {
  private readonly found: { readonly id: number; readonly value: number }[] = [];

  constructor(private readonly k: number) {}

  /** @param values of the tokens from `firstId` on; slices come by rising id */
  add(values: ArrayLike<number>, firstId = 0): this {
    let least = this.least();
    for (let i = 0; i < values.length; i++) {
      const value = values[i];
      if (value <= least) continue;
      let at = this.found.length;
      while (at > 0 && this.found[at - 1].value < value) at--;
      this.found.splice(at, 0, { id: firstId + i, value });
      if (this.found.length > this.k) this.found.pop();
      least = this.least();
    }
    return this;
  }

  get ids(): number[] {
    return this.found.map(({ id }) => id);
  }

  get values(): number[] {
    return this.found.map(({ value }) => value);
  }

  /** What a value has to exceed; NaN, which holds nothing back, until there are k; of none wanted none is large enough. */
  private least(): number {
    if (this.k === 0) return Infinity;
    return this.found.length < this.k ? NaN : this.found[this.k - 1].value;
  }
}

/** Ids of the k largest logits, largest first; among equal ones the smaller id first. */
export function topIds(logits: ArrayLike<number>, k: number): number[] {
  return new Largest(k).add(logits).ids;
}

/** 1 = the largest logit. Counts strictly larger ones, so that a tie pushes no token down. */
export function rankOf(logits: ArrayLike<number>, token: number): number {
  return 1 + countAbove(logits, logits[token]);
}

/** How many values from one place to another are larger than a limit. */
export function countAbove(values: ArrayLike<number>, limit: number, from = 0, to = values.length): number {
  let above = 0;
  for (let i = from; i < to; i++) if (values[i] > limit) above++;
  return above;
}

/** Whether fewer than k other tokens reach the token's logit: a tie counts against it, so that logits without any order put none first. */
export function isAmongTop(logits: ArrayLike<number>, token: number, k: number): boolean {
  let reaching = 0;
  for (let i = 0; i < logits.length; i++) if (i !== token && logits[i] >= logits[token]) reaching++;
  return reaching < k;
}
