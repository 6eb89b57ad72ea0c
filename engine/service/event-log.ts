// The numbered log of events that clients pull from, and wait at.
import type { EngineEvent } from "../contract.ts";

type Unnumbered = EngineEvent extends infer Event ? (Event extends EngineEvent ? Omit<Event, "seq"> : never) : never;

/** Older events are dropped beyond this many; a client that missed them is told. */
const defaultCapacity = 20_000;

export class EventLog {
  private events: EngineEvent[] = [];
  private seq = 0;
  /** Number of the last event that was dropped for want of room. */
  private dropped = 0;
  /** Key → number of the last event under it. */
  private readonly latest = new Map<string, number>();
  private readonly waiting = new Set<() => void>();

  /** @param patience how long a pull waits for an event, ms */
  constructor(
    private readonly patience = 10_000,
    private readonly capacity = defaultCapacity,
  ) {}

  add(event: Unnumbered): void {
    this.events.push({ ...event, seq: ++this.seq } as EngineEvent);
    if (this.events.length > this.capacity) {
      this.events = this.events.slice(-(this.capacity >> 1));
      this.dropped = this.events[0].seq - 1;
    }
    for (const wake of this.waiting) wake();
  }

  /** Adds an event in the place of the last one under the same key, which nobody needs any more: how far a job is. */
  addLatest(key: string, event: Unnumbered): void {
    const before = this.latest.get(key);
    const at = before === undefined ? -1 : this.events.findLastIndex(({ seq }) => seq <= before);
    if (at !== -1 && this.events[at].seq === before) this.events.splice(at, 1);
    this.add(event);
    this.latest.set(key, this.seq);
  }

  /** Forgets the key of what is over. */
  close(key: string): void {
    this.latest.delete(key);
  }

  /**
   * Events numbered above `after`; waits for one where there are none yet, and gives none when patience is over. Where
   * some of them are dropped already, the first says so.
   */
  async after(after: number): Promise<readonly EngineEvent[]> {
    if (this.seq <= after) await this.next();
    const missed: EngineEvent[] = after < this.dropped ? [{ seq: this.dropped, type: "missed" }] : [];
    return [...missed, ...this.events.filter(({ seq }) => seq > after)];
  }

  /** Pulls that wait now. */
  get pulls(): number {
    return this.waiting.size;
  }

  private next(): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        this.waiting.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, this.patience);
      timer.unref();
      this.waiting.add(wake);
    });
  }
}
