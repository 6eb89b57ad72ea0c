// A circuit of numbers that keeps its criterion while some of them are there: for the order of trials alone.
import type { Attempt, Position } from "../engine/prune/removal.ts";

export const verdict = (accepted: boolean) => ({ accepted, metric: 0, faithfulness: Number(accepted), second: null });

/** Keeps its criterion while all of `must` are there. */
export class Needing implements Position<number> {
  private readonly present: Set<number>;
  readonly measured: (readonly number[])[] = [];

  constructor(
    items: readonly number[],
    private readonly must: ReadonlySet<number>,
  ) {
    this.present = new Set(items);
  }

  get size(): number {
    return this.present.size;
  }

  get kept(): number[] {
    return [...this.present];
  }

  has(item: number): boolean {
    return this.present.has(item);
  }

  attempt(removed: readonly number[]): Attempt {
    return {
      measure: () => {
        this.measured.push(removed);
        return Promise.resolve(verdict(!removed.some((item) => this.must.has(item))));
      },
      recalled: ({ accepted }) => verdict(accepted),
      accept: () => removed.forEach((item) => this.present.delete(item)),
    };
  }
}
