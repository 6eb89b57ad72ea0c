// Work that uses every thread: one piece at a time, the others wait for their turn in the order in which they were asked for.
import { EngineError } from "../base/errors.ts";

export class WorkQueue {
  private running = 0;
  private readonly waiting: (() => void)[] = [];

  /** @param limit pieces of work that run at the same time */
  constructor(private readonly limit = 1) {}

  /** Whether work that is asked for now would have to wait. */
  get isBusy(): boolean {
    return this.running >= this.limit;
  }

  /** @throws EngineError "cancelled" where the signal fires before the turn has come; as the work */
  async run<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    await this.turn(signal);
    try {
      return await work();
    } finally {
      const next = this.waiting.shift();
      // The turn is handed over, so that nobody comes in between.
      if (next) next();
      else this.running--;
    }
  }

  private async turn(signal: AbortSignal): Promise<void> {
    const cancelled = () => new EngineError("cancelled", "Stopped on request.");
    if (signal.aborted) throw cancelled();
    if (!this.isBusy) this.running++;
    else
      await new Promise<void>((resolve, reject) => {
        const go = () => {
          signal.removeEventListener("abort", leave);
          resolve();
        };
        const leave = () => {
          this.waiting.splice(this.waiting.indexOf(go), 1);
          reject(cancelled());
        };
        this.waiting.push(go);
        signal.addEventListener("abort", leave, { once: true });
      });
  }
}
