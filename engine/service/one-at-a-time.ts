// Work of which there is one at a time and which can be stopped.
import { EngineError } from "../base/errors.ts";
import type { Sentence } from "../base/sentence.ts";

export class OneAtATime {
  private controller: AbortController | undefined;

  /** @param busy what a second asker is told */
  constructor(private readonly busy: Sentence) {}

  /** @throws EngineError "usage" while other work is being done, else as the work */
  async run<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    if (this.controller) throw new EngineError("usage", this.busy);
    const controller = (this.controller = new AbortController());
    try {
      return await work(controller.signal);
    } finally {
      this.controller = undefined;
    }
  }

  stop(): void {
    this.controller?.abort();
  }
}
