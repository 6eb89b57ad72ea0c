// Models fetched from the Hub for the workbench: one at a time, watched, stopped, gone on with.
import { EngineError } from "../base/errors.ts";
import { downloadModel, type DownloadOptions } from "../model/hub-download.ts";
import type { EventLog } from "./event-log.ts";

export class Downloads {
  private controller: AbortController | undefined;

  /** @param options of the Hub's client: for tests */
  constructor(
    private readonly log: EventLog,
    private readonly options: DownloadOptions = {},
  ) {}

  /** @throws EngineError "usage" while another is under way, else as `downloadModel` */
  async fetch(name: string): Promise<void> {
    if (this.controller) throw new EngineError("usage", "Another model is being fetched; stop it or wait for it.");
    const controller = (this.controller = new AbortController());
    let told = -1;
    try {
      await downloadModel(name, {
        ...this.options,
        signal: controller.signal,
        onProgress: (done, total) => {
          const percent = Math.floor((100 * done) / (total || 1));
          if (percent !== told) this.log.add({ type: "download", model: name, done, total });
          told = percent;
        },
      });
    } finally {
      this.controller = undefined;
    }
  }

  /** What has come stays, and the next fetch of the same model goes on from there. */
  stop(): void {
    this.controller?.abort();
  }
}
