// The order in which jobs take their turns: what a person asked for before background checks, else as they came or were moved.
import type { Priority } from "../contract/jobs.ts";

interface Waiting {
  readonly id: string;
  readonly priority: Priority;
}

export class JobQueue {
  private waiting: readonly Waiting[] = [];

  /** The ids in the order of their turns. */
  get ids(): readonly string[] {
    return this.waiting.map(({ id }) => id);
  }

  /** Behind those of its priority that wait, or before them. */
  add(id: string, priority: Priority, where: "first" | "last" = "last"): void {
    const goesBefore = (other: Waiting) =>
      rank(priority) < rank(other.priority) || (where === "first" && priority === other.priority);
    const at = this.waiting.findIndex(goesBefore);
    this.insert({ id, priority }, at);
  }

  remove(id: string): void {
    this.waiting = this.waiting.filter((own) => own.id !== id);
  }

  /**
   * Puts a job before another one, whatever their priorities: a person who moves it knows why.
   *
   * @param before undefined: behind all others
   */
  move(id: string, before: string | undefined): void {
    const own = this.waiting.find((one) => one.id === id);
    if (!own || id === before) return;
    this.remove(id);
    this.insert(
      own,
      this.waiting.findIndex((other) => other.id === before),
    );
  }

  /** The one whose turn it is, which no longer waits. */
  take(): string | undefined {
    const [first] = this.waiting;
    if (first) this.remove(first.id);
    return first?.id;
  }

  private insert(own: Waiting, at: number): void {
    const place = at === -1 ? this.waiting.length : at;
    this.waiting = [...this.waiting.slice(0, place), own, ...this.waiting.slice(place)];
  }
}

function rank(priority: Priority): number {
  switch (priority) {
    case "asked":
      return 0;
    case "background":
      return 1;
    default:
      throw priority satisfies never;
  }
}
