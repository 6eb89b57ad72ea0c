// A model on its way from the Hub: asked for by name, watched, stopped.
import type { EngineApi, EngineEvent, WireError } from "../../engine/contract.ts";
import { toWireError } from "../client/wire-failure.ts";
import { type TimedProgress, TimeLeft } from "./time-left.ts";

export class DownloadDesk {
  /** Name that is typed, and stays after a failure, so that it can be mended. */
  name = $state("");
  /** Name that is being fetched. */
  fetching = $state<string | undefined>(undefined);
  /** Bytes; undefined until the first have come. */
  progress = $state.raw<TimedProgress | undefined>(undefined);
  failure = $state.raw<WireError | undefined>(undefined);
  private timeLeft = new TimeLeft();

  /** @param arrived once a model has come whole */
  constructor(
    private readonly api: () => EngineApi,
    private readonly arrived: () => Promise<void>,
    private readonly clock: () => number = () => performance.now(),
  ) {}

  async fetch(): Promise<void> {
    const name = this.name.trim();
    if (name === "" || this.fetching !== undefined) return;
    this.fetching = name;
    this.progress = undefined;
    this.timeLeft = new TimeLeft();
    this.failure = undefined;
    try {
      await this.api().fetchModel(name);
      this.name = "";
      await this.arrived();
    } catch (thrown) {
      const error = toWireError(thrown);
      if (error.code !== "cancelled") this.failure = error;
    } finally {
      this.fetching = undefined;
    }
  }

  async stop(): Promise<void> {
    await this.api().stopFetch();
  }

  note(events: readonly EngineEvent[]): void {
    for (const event of events) {
      if (event.type === "download" && event.model === this.fetching) {
        this.progress = this.timeLeft.progress(event.model, event, this.clock());
      }
    }
  }
}
