// Removal of blocks that a forecast chooses: what matters least at the circuit as it stands goes first, as much together as is
// foreseen to hold. Every block is measured; the forecast only says what to try.
import type { Descent, Position, Removal } from "./removal.ts";

/** An item that may go, and what is foreseen of it. */
export interface Foreseen<Item> {
  readonly item: Item;
  /** Of faithfulness. */
  readonly change: number;
  /** How far single examples move; the items of least spread go first. */
  readonly spread: number;
}

export interface Guide<Item, At> {
  /** Of the kept items that may go, at the circuit as it stands. */
  readonly foresee: (position: At) => Promise<readonly Foreseen<Item>[]>;
  /** Whether a circuit of which this faithfulness is foreseen is worth a measurement. */
  readonly mayHold: (faithfulness: number) => boolean;
}

/** Once so large a share of the items is gone the forecast is of another circuit, and made anew. */
const staleShare = 1 / 2;
/** A walk that removes a smaller share is not worth a forecast: passes do the rest. */
const leastShare = 1 / 4;
/** So many single items in a row that cannot go end a walk. */
const patience = 4;

/** Walks, each with a forecast of its own, until one removes little. @returns the items that are left, as last foreseen */
export async function descendGuided<Item, At extends Position<Item>>(
  removal: Removal<Item>,
  descent: Descent<Item, At>,
  guide: Guide<Item, At>,
): Promise<Item[]> {
  for (;;) {
    const foreseen = [...(await guide.foresee(descent.position))].sort((a, b) => a.spread - b.spread);
    descent.passes++;
    removal.beginPass(descent, foreseen.length);
    const removed = foreseen.length === 0 ? 0 : await new Walk(removal, descent, guide, foreseen).run();
    if (removed < leastShare * foreseen.length || removed === 0 || removal.exhausted) {
      return foreseen.map(({ item }) => item);
    }
  }
}

class Walk<Item> {
  private readonly queue: Foreseen<Item>[];
  private readonly total: number;
  private size: number;
  private removed = 0;
  private failedInARow = 0;
  /** Of a block that could not go: its first half while that is tried, and the second. */
  private halves: readonly [Foreseen<Item>[], Foreseen<Item>[]] | undefined;

  constructor(
    private readonly removal: Removal<Item>,
    private readonly descent: Descent<Item>,
    private readonly guide: Pick<Guide<Item, never>, "mayHold">,
    foreseen: readonly Foreseen<Item>[],
  ) {
    this.queue = [...foreseen];
    this.total = foreseen.length;
    this.size = Math.ceil(foreseen.length / 2);
  }

  /** @returns how many items went */
  async run(): Promise<number> {
    while (this.queue.length > 0 && this.failedInARow < patience && this.removed < staleShare * this.total) {
      if (this.removal.exhausted) break;
      const block = this.nextBlock();
      if (!this.mayHold(block)) this.passOver();
      else if (await this.goes(block)) this.accepted(block);
      else this.refused(block);
    }
    return this.removed;
  }

  /** As many of the next items as have the size that is tried now and are foreseen to hold; at least one. */
  private nextBlock(): Foreseen<Item>[] {
    let block = this.queue.slice(0, this.size);
    while (block.length > 1 && !this.mayHold(block)) block = block.slice(0, Math.ceil(block.length / 2));
    return block;
  }

  private mayHold(block: readonly Foreseen<Item>[]): boolean {
    const { faithfulness } = this.descent.steps.at(-1)!;
    return this.guide.mayHold(block.reduce((foreseen, { change }) => foreseen + change, faithfulness));
  }

  private passOver(): void {
    this.halves = undefined;
    this.queue.shift();
  }

  private async goes(block: readonly Foreseen<Item>[]): Promise<boolean> {
    const items = block.map(({ item }) => item);
    const progress = { done: this.total - this.queue.length, total: this.total };
    const { accepted } =
      items.length === 1
        ? await this.removal.trySingle(this.descent, items[0], progress)
        : await this.removal.try(this.descent, items, [], progress);
    return accepted;
  }

  private accepted(block: readonly Foreseen<Item>[]): void {
    this.queue.splice(0, block.length);
    this.removed += block.length;
    this.failedInARow = 0;
    this.size = 2 * block.length;
    const halves = this.halves;
    this.halves = undefined;
    if (halves?.[0].length !== block.length) return;
    // Without this half the other is the block that could not go, which was measured.
    this.removal.knowUntouched(
      this.descent,
      halves[1].map(({ item }) => item),
    );
    this.refused(halves[1]);
  }

  private refused(block: readonly Foreseen<Item>[]): void {
    this.halves = undefined;
    if (block.length === 1) {
      this.queue.shift();
      this.failedInARow++;
      this.size = 1;
      return;
    }
    this.size = Math.ceil(block.length / 2);
    this.halves = [block.slice(0, this.size), block.slice(this.size)];
  }
}
