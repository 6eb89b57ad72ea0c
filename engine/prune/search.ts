// The search, whatever is pruned: ways down from the whole in several orders, the smallest end kept, and strong items put back
// where that lets two others go. What a circuit measures is the position's to say.
import { assertInternal } from "../base/errors.ts";
import type { Crossing, Descent, Position, Removal, Step, Verified } from "./removal.ts";

/** What a search over one kind of item does beside the passes over single ones. */
export interface SearchPlan<Item, At extends Position<Item>> {
  readonly begin: () => Promise<Descent<Item, At>>;
  /** The way down goes through so many stages (default 1), each with a looser criterion than the one before; told when one begins. */
  readonly stages?: { readonly count: number; readonly enter: (stage: number) => void };
  /** Blocks of items, before the passes. @returns what they left for the passes, in order; undefined where nothing is */
  readonly blocks: (
    descent: Descent<Item, At>,
    order: readonly Item[],
    at: StageAt,
  ) => Promise<readonly Item[] | undefined>;
  readonly maxPasses?: number;
  /** Those of the kept items that may go. */
  readonly mayGo: (position: At) => readonly Item[];
  readonly onOrder?: (index: number, count: number) => void;
  readonly swaps?: Swaps<Item, At>;
}

/** Which order, and which stage of the way down in it. */
export interface StageAt {
  readonly order: number;
  readonly stage: number;
}

/** Putting items back in the circuit that the orders ended at. */
interface Swaps<Item, At> {
  /** Removed ones, the strongest first. */
  readonly tried: (position: At) => readonly Item[];
  /** A position that goes its own way. */
  readonly fork: (position: At) => At;
  readonly onSwap: (item: Item) => void;
}

export interface Found<At> {
  readonly position: At;
  readonly steps: readonly Step[];
  readonly passes: number;
  readonly trials: number;
  readonly reAdded: number;
  /** No single item can go: every one was tested on the circuit as it is. */
  readonly oneMinimal: boolean;
  readonly verified: Verified;
  /** The removal that came closest to holding when the search ended. */
  readonly crossing: Crossing | undefined;
  /** Sizes of the circuits that the orders ended at. */
  readonly sizes: readonly number[];
}

export class GreedySearch<Item, At extends Position<Item>> {
  private reAdded = 0;

  constructor(
    private readonly removal: Removal<Item>,
    private readonly plan: SearchPlan<Item, At>,
  ) {}

  /** @throws EngineError "cancelled"; as what is measured */
  async run(orders: readonly (readonly Item[])[]): Promise<Found<At>> {
    let best: Descent<Item, At> | undefined;
    const sizes: number[] = [];
    for (const [index, order] of orders.entries()) {
      this.plan.onOrder?.(index, orders.length);
      const descent = await this.descend(order, index);
      sizes.push(descent.position.size);
      if (!best || descent.position.size < best.position.size) best = descent;
    }
    assertInternal(best, "no order");
    const { removal, plan } = this;
    const end = plan.swaps ? await this.swap(best, orders[0], plan.swaps) : best;
    const { position, steps, passes, crossing } = end;
    const verified = removal.verified(end, plan.mayGo(position));
    const { trials } = removal;
    const oneMinimal = verified.single === 1;
    return { position, steps, passes, trials, reAdded: this.reAdded, oneMinimal, verified, crossing, sizes };
  }

  private async descend(order: readonly Item[], index: number): Promise<Descent<Item, At>> {
    const { begin, blocks, stages, maxPasses } = this.plan;
    const descent = await begin();
    const last = (stages?.count ?? 1) - 1;
    for (let stage = 0; stage <= last; stage++) {
      stages?.enter(stage);
      // What could not go under the stage before may go now.
      descent.tested.clear();
      const left = await blocks(descent, order, { order: index, stage });
      // Only where it ends is a circuit claimed to be minimal.
      if (left) await this.removal.passes(descent, left, stage === last ? maxPasses : 1);
    }
    return descent;
  }

  /** Tries to put strong removed items back, one at a time, where that lets at least two others go. */
  private async swap(
    best: Descent<Item, At>,
    order: readonly Item[],
    { tried, fork, onSwap }: Swaps<Item, At>,
  ): Promise<Descent<Item, At>> {
    let descent = best;
    for (const item of tried(descent.position)) {
      if (this.removal.exhausted) break;
      const other: Descent<Item, At> = {
        ...descent,
        position: fork(descent.position),
        steps: [...descent.steps],
        tested: new Map(descent.tested),
        far: new Set(descent.far),
      };
      const { size } = descent.position;
      const back = await this.removal.try(other, [], [item], { done: 0, total: 0 });
      if (!back.accepted) continue;
      onSwap(item);
      await this.removal.passes(other, order, this.plan.maxPasses);
      if (other.position.size >= size) continue;
      this.reAdded++;
      descent = other;
    }
    return descent;
  }
}
