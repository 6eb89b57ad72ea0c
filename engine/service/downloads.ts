// Models fetched from the Hub for the workbench: one at a time, watched, stopped, gone on with.
import { say } from "../base/sentence.ts";
import { downloadModel, type DownloadOptions } from "../model/hub-download.ts";
import type { EventLog } from "./event-log.ts";
import { OneAtATime } from "./one-at-a-time.ts";

export class Downloads {
  private readonly work = new OneAtATime(say`Another model is being fetched; stop it or wait for it.`);

  /** @param options of the Hub's client: for tests */
  constructor(
    private readonly log: EventLog,
    private readonly options: DownloadOptions = {},
  ) {}

  /** @throws EngineError "usage" while another is under way, else as `downloadModel` */
  fetch(name: string): Promise<void> {
    let told = -1;
    const onProgress = (done: number, total: number) => {
      const percent = Math.floor((100 * done) / (total || 1));
      if (percent !== told) this.log.add({ type: "download", model: name, done, total });
      told = percent;
    };
    return this.work.run(async (signal) => {
      await downloadModel(name, { ...this.options, signal, onProgress });
    });
  }

  /** What has come stays, and the next fetch of the same model goes on from there. */
  stop(): void {
    this.work.stop();
  }
}
