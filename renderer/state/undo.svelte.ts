// A value with a past and a future: every change can be undone, and small ones in a row count as one.

/** More than anybody goes back. */
const remembered = 200;

export class Undoable<T> {
  current: T = $state.raw(undefined as T);
  private past: readonly T[] = $state.raw([]);
  private future: readonly T[] = $state.raw([]);
  private gesture: string | undefined;

  constructor(first: T) {
    this.current = first;
  }

  get canUndo(): boolean {
    return this.past.length > 0;
  }

  get canRedo(): boolean {
    return this.future.length > 0;
  }

  /** @param gesture changes of one name in a row are undone together, such as those of a slider that is dragged */
  change(next: T, gesture?: string): void {
    if (gesture === undefined || gesture !== this.gesture) this.past = [...this.past, this.current].slice(-remembered);
    this.gesture = gesture;
    this.future = [];
    this.current = next;
  }

  /** Replaces everything, such as by what a file holds. */
  reset(value: T): void {
    this.past = [];
    this.future = [];
    this.gesture = undefined;
    this.current = value;
  }

  undo(): void {
    const previous = this.past.at(-1);
    if (previous === undefined) return;
    this.past = this.past.slice(0, -1);
    this.future = [this.current, ...this.future];
    this.gesture = undefined;
    this.current = previous;
  }

  redo(): void {
    const [next, ...rest] = this.future;
    if (next === undefined) return;
    this.past = [...this.past, this.current];
    this.future = rest;
    this.gesture = undefined;
    this.current = next;
  }
}
