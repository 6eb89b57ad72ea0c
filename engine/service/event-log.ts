// The numbered log of events that clients pull from, and wait at.
import type { EngineEvent } from "../contract.ts";

type Unnumbered = EngineEvent extends infer Event ? (Event extends EngineEvent ? Omit<Event, "seq"> : never) : never;

/** Older events are dropped beyond this many; a client that missed them opens the run anew. */
const capacity = 20_000;

export class EventLog {
  private events: EngineEvent[] = [];
  private seq = 0;
  private waiting: (() => void)[] = [];

  /** @param patience how long a pull waits for an event, ms */
  constructor(private readonly patience = 10_000) {}

  add(event: Unnumbered): void {
    this.events.push({ ...event, seq: ++this.seq } as EngineEvent);
    if (this.events.length > capacity) this.events = this.events.slice(capacity >> 1);
    for (const wake of this.waiting.splice(0)) wake();
  }

  /** Events numbered above `after`; waits for one where there are none yet, and gives none when patience is over. */
  async after(after: number): Promise<readonly EngineEvent[]> {
    if (this.seq <= after) await this.next();
    return this.events.filter(({ seq }) => seq > after);
  }

  private next(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, this.patience);
      timer.unref();
      this.waiting.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }
}
