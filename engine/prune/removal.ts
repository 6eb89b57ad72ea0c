// Removal by exact tests, whatever is removed: one trial at a time, blocks that are halved, passes until none removes anything.
import { EngineError } from "../base/errors.ts";
import { say } from "../base/sentence.ts";
import { foreignEntry, type JournalEntry, type Ledger, recallOf } from "./journal.ts";

/** What a trial gave. */
export interface Verdict {
  /** Whether the criterion holds, both halves. */
  readonly accepted: boolean;
  readonly metric: number;
  readonly faithfulness: number;
  /** Accuracy or KL, where it was measured. */
  readonly second: number | null;
  /** How far within the criterion what was measured lies, in shares of the room that it leaves; below zero where it is missed. */
  readonly slack?: number;
}

export type TrialEntry = Extract<JournalEntry, { kind: "trial" }>;

/** The circuit that a search stands at. */
export interface Position<Item> {
  /** How many items are kept. */
  readonly size: number;
  has(item: Item): boolean;
  /** The circuit after a change; what hangs on the removed items goes with them. */
  attempt(removed: readonly Item[], added: readonly Item[]): Attempt;
}

export interface Attempt {
  measure(): Promise<Verdict>;
  /** The verdict of an earlier run. */
  recalled(entry: TrialEntry): Verdict;
  /** Moves the position there. */
  accept(): void;
}

export interface Step {
  readonly step: number;
  readonly removed: readonly string[];
  /** Items put back in this step. */
  readonly added?: readonly string[];
  readonly kept: number;
  readonly metric: number;
  readonly faithfulness: number;
}

/** The single removal that came closest to holding from the circuit as it stands. */
export interface Crossing {
  readonly unit: string;
  readonly faithfulness: number;
  readonly second: number | null;
}

/** One way down from the circuit that it began with. */
export interface Descent<Item, At extends Position<Item> = Position<Item>> {
  readonly position: At;
  readonly steps: Step[];
  /** Passes over single items. */
  passes: number;
  crossing: Crossing | undefined;
  /** Name of an item → size of the smallest block with it that was tested on the circuit as it stands and could not go. */
  readonly tested: Map<string, number>;
  /** Names of items that were far from going when they were last tried by themselves. */
  readonly far: Set<string>;
}

/** What was tested on the final circuit and found not to be removable; shares of the kept items that may go. */
export interface Verified {
  /** Items tested one by one: 1 where the circuit is 1-minimal. */
  readonly single: number;
  /** Items in a tested block, single ones among them. */
  readonly inBlocks: number;
  /** Items of the largest of these blocks; 0 where nothing was tested. */
  readonly largestBlock: number;
}

/** Where a trial stands in the pass or round that it belongs to. */
interface Progress {
  readonly done: number;
  readonly total: number;
}

export interface Trial extends Verdict, Progress {
  readonly removed: readonly string[];
  readonly trials: number;
  readonly kept: number;
  readonly pass: number;
}

export interface RemovalOptions<Item> {
  readonly nameOf: (item: Item) => string;
  readonly ledger: Ledger;
  /** Stop after so many trials. */
  readonly budget?: number;
  /**
   * Passes leave out what was tested by itself on the circuit as it stands, and come last, if nothing went before, to what was far from
   * going when it was tried last.
   */
  readonly skipsFar?: boolean;
  readonly signal?: AbortSignal;
  readonly onPass?: (pass: number, candidates: number) => void;
  readonly onTrial?: (trial: Trial) => void;
}

/** An item without which the criterion is missed by more than so many times the room that it leaves is far from going. */
const farOff = -1;

export class Removal<Item> {
  trials = 0;

  constructor(private readonly options: RemovalOptions<Item>) {}

  begin<At extends Position<Item>>(position: At, metric: number, faithfulness: number): Descent<Item, At> {
    const start: Step = { step: 0, removed: [], kept: position.size, metric, faithfulness };
    return { position, steps: [start], passes: 0, crossing: undefined, tested: new Map(), far: new Set() };
  }

  get exhausted(): boolean {
    return this.options.budget !== undefined && this.trials >= this.options.budget;
  }

  /** Measures one change and makes it where the criterion holds, or in any case. */
  async try(
    descent: Descent<Item>,
    removed: readonly Item[],
    added: readonly Item[],
    progress: Progress,
    accept: "criterion" | "always" = "criterion",
  ): Promise<Verdict> {
    const { nameOf, signal, onTrial } = this.options;
    if (signal?.aborted) throw new EngineError("cancelled", say`Stopped on request.`);
    const names = { removed: removed.map(nameOf), added: added.map(nameOf) };
    const attempt = descent.position.attempt(removed, added);
    const judged = await this.judged(attempt, names, descent.position.size);
    const verdict = accept === "always" ? { ...judged, accepted: true } : judged;
    this.trials++;
    note(descent, names, verdict, attempt);
    const { trials } = this;
    onTrial?.({
      ...verdict,
      ...progress,
      removed: names.removed,
      trials,
      kept: descent.position.size,
      pass: descent.passes,
    });
    return verdict;
  }

  /**
   * Tests blocks in turn; one that cannot go is halved as long as it is larger than `least`. Halves of fewer than
   * `skipBelow` items are left to the passes.
   */
  async round(descent: Descent<Item>, blocks: Item[][], least: number, skipBelow = 1): Promise<void> {
    await this.halving(descent, blocks, { least, skipBelow, infers: false });
  }

  /**
   * The same down to single items, without a trial whose outcome is known: where a block could not go and its first half went, the
   * circuit without the second half is the one without the block, which was measured.
   *
   * @see Hwang 1972, J. Am. Stat. Assoc. 67: binary splitting, about k·log₂(n/k) + k trials for k of n items that must stay
   */
  async split(descent: Descent<Item>, items: readonly Item[]): Promise<void> {
    const half = Math.ceil(items.length / 2);
    const halves = [items.slice(0, half), items.slice(half)].filter(({ length }) => length > 0);
    await this.halving(descent, halves, { least: 1, skipBelow: 1, infers: true });
  }

  private async halving(
    descent: Descent<Item>,
    blocks: Item[][],
    { least, skipBelow, infers }: { readonly least: number; readonly skipBelow: number; readonly infers: boolean },
  ): Promise<void> {
    const total = blocks.reduce((sum, block) => sum + block.length, 0);
    let done = 0;
    /** The second half of a block that could not go, while its first half is tried. */
    let sibling: Item[] | undefined;
    let isKnown = false;
    while (blocks.length > 0 && !this.exhausted) {
      const whole = blocks.shift()!;
      const block = whole.filter((item) => descent.position.has(item));
      if (block.length < skipBelow) {
        done += whole.length;
        continue;
      }
      const other = sibling;
      sibling = undefined;
      if (isKnown) this.knowUntouched(descent, block);
      const accepted: boolean = isKnown ? false : (await this.try(descent, block, [], { done, total })).accepted;
      // What hung on the first half may be gone with it; the second is then another one than was measured.
      isKnown = infers && accepted && other !== undefined && other.every((item) => descent.position.has(item));
      if (accepted || block.length <= least) {
        done += whole.length;
        continue;
      }
      const half = Math.ceil(block.length / 2);
      done += whole.length - block.length;
      sibling = block.slice(half);
      blocks.unshift(block.slice(0, half), sibling);
    }
  }

  /**
   * Passes over what is kept until one removes nothing: that one proves that no single item can go.
   *
   * @param atMost of this call, whatever passes came before
   */
  async passes(descent: Descent<Item>, order: readonly Item[], atMost = Infinity): Promise<void> {
    for (let pass = 1; pass <= atMost && !this.exhausted; pass++) {
      descent.passes++;
      const removed = await this.pass(descent, order);
      if (removed === 0) return;
    }
  }

  /** Tries the items that are kept, one by one: every one where none goes. @returns how many went */
  async pass(descent: Descent<Item>, order: readonly Item[]): Promise<number> {
    const { skipsFar = false, nameOf } = this.options;
    const kept = order.filter((item) => descent.position.has(item));
    const isFar = (item: Item) => skipsFar && descent.far.has(nameOf(item));
    const candidates = [...kept.filter((item) => !isFar(item)), ...kept.filter(isFar)];
    this.beginPass(descent, candidates.length);
    if (!skipsFar) descent.crossing = undefined;
    let removed = 0;
    for (const [index, item] of candidates.entries()) {
      if (this.exhausted || (removed > 0 && isFar(item))) return removed;
      if (!descent.position.has(item) || (skipsFar && descent.tested.get(nameOf(item)) === 1)) continue;
      if ((await this.trySingle(descent, item, { done: index + 1, total: candidates.length })).accepted) removed++;
    }
    return removed;
  }

  beginPass(descent: Descent<Item>, candidates: number): void {
    this.options.onPass?.(descent.passes, candidates);
  }

  /** As `try` of one item; how far it is from going is remembered. */
  async trySingle(descent: Descent<Item>, item: Item, progress: Progress): Promise<Verdict> {
    const verdict = await this.try(descent, [item], [], progress);
    if (verdict.accepted) return verdict;
    const name = this.options.nameOf(item);
    noteCrossing(descent, name, verdict);
    if ((verdict.slack ?? 0) < farOff) descent.far.add(name);
    else descent.far.delete(name);
    return verdict;
  }

  /** A block of which it is known without a measurement that it cannot go from the circuit as it stands. */
  knowUntouched(descent: Descent<Item>, block: readonly Item[]): void {
    noteUntouched(descent, block.map(this.options.nameOf));
  }

  /** @param items those of the kept ones that may go */
  verified({ tested }: Descent<Item>, items: readonly Item[]): Verified {
    const sizes = items.map((item) => tested.get(this.options.nameOf(item)) ?? 0);
    const share = (count: number) => (items.length === 0 ? 1 : count / items.length);
    return {
      single: share(sizes.filter((size) => size === 1).length),
      inBlocks: share(sizes.filter((size) => size > 0).length),
      largestBlock: sizes.reduce((a, b) => Math.max(a, b), 0),
    };
  }

  private async judged(
    attempt: Attempt,
    names: { readonly removed: readonly string[]; readonly added: readonly string[] },
    from: number,
  ): Promise<Verdict> {
    const { ledger } = this.options;
    const entry = recallOf(ledger, "trial");
    if (entry) {
      if (entry.removed.join() !== names.removed.join()) throw foreignEntry();
      return attempt.recalled(entry);
    }
    const verdict = await attempt.measure();
    const { metric, second, accepted } = verdict;
    ledger.record({ kind: "trial", ...names, metric, second, accepted, from });
    return verdict;
  }
}

function note<Item>(
  descent: Descent<Item>,
  { removed, added }: { readonly removed: readonly string[]; readonly added: readonly string[] },
  { accepted, metric, faithfulness }: Verdict,
  attempt: Attempt,
): void {
  const { steps, tested, position } = descent;
  if (!accepted) return noteUntouched(descent, removed);
  tested.clear();
  descent.crossing = undefined;
  attempt.accept();
  const step = { step: steps.length, removed, ...(added.length > 0 ? { added } : {}) };
  steps.push({ ...step, kept: position.size, metric, faithfulness });
}

/** A block that was measured on the circuit as it stands and cannot go. */
function noteUntouched<Item>({ tested }: Descent<Item>, names: readonly string[]): void {
  for (const name of names) tested.set(name, Math.min(names.length, tested.get(name) ?? Infinity));
}

function noteCrossing<Item>(descent: Descent<Item>, unit: string, { faithfulness, second }: Verdict): void {
  const distance = (f: number) => Math.abs(1 - f);
  if (descent.crossing && distance(descent.crossing.faithfulness) <= distance(faithfulness)) return;
  descent.crossing = { unit, faithfulness, second };
}
