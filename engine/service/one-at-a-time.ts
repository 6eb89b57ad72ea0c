// Work of which there is one at a time and which can be stopped.
import { EngineError } from "../base/errors.ts";
import type { WorkQueue } from "./work-queue.ts";

export class OneAtATime {
  private controller: AbortController | undefined;

  /**
   * @param busy what a second asker is told
   * @param queue at whose turns the work is done; undefined for work that leaves the threads alone
   */
  constructor(
    private readonly busy: string,
    private readonly queue?: WorkQueue,
  ) {}

  /** @throws EngineError "usage" while other work is being done, else as the work */
  async run<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    if (this.controller) throw new EngineError("usage", this.busy);
    const controller = (this.controller = new AbortController());
    try {
      const { signal } = controller;
      return await (this.queue ? this.queue.run(signal, () => work(signal)) : work(signal));
    } finally {
      this.controller = undefined;
    }
  }

  stop(): void {
    this.controller?.abort();
  }
}
