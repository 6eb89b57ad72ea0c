// The view in two parts: where one looks, which back and forward travel, and what one has changed by hand, which can be undone.
import { Undoable } from "./undo.svelte.ts";
import type { Edits, View } from "./view.ts";

/** What a user does to a circuit. All else of a view is where one looks. */
interface ByHand {
  readonly pinned: readonly string[];
  readonly edits: Edits;
}

export type Place = Omit<View, keyof ByHand>;

export class ViewState {
  private place: Place = $state.raw(undefined as unknown as Place);
  private readonly byHand: Undoable<ByHand>;
  readonly current: View = $derived.by(() => ({ ...this.place, ...this.byHand.current }));

  constructor({ pinned, edits, ...place }: View) {
    this.place = place;
    this.byHand = new Undoable({ pinned, edits });
  }

  get canUndo(): boolean {
    return this.byHand.canUndo;
  }

  get canRedo(): boolean {
    return this.byHand.canRedo;
  }

  /** @param gesture of what is changed by hand: see `Undoable.change` */
  change(change: Partial<View>, gesture?: string): void {
    const { pinned, edits, ...place } = { ...this.current, ...change };
    this.place = place;
    if (change.pinned || change.edits) this.byHand.change({ pinned, edits }, gesture);
  }

  /** Replaces everything, such as by what a file holds. */
  reset({ pinned, edits, ...place }: View): void {
    this.place = place;
    this.byHand.reset({ pinned, edits });
  }

  undo(): void {
    this.byHand.undo();
  }

  redo(): void {
    this.byHand.redo();
  }
}
