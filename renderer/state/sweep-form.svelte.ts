// What a person asks of a sweep: its file, where results go, who does the jobs.
import { SHIPPED_SWEEPS } from "../../engine/choices/lists.ts";
import type { AskedOf, SettingsOf } from "../../engine/contract/verbs.ts";

export class SweepForm {
  file = $state<string>(SHIPPED_SWEEPS[0]);
  /** "" for the place beside the file. */
  store = $state("");
  /** "" where the jobs are done here. */
  queue = $state("");
  /** "" for all. */
  limit = $state("");

  asked(): AskedOf<"sweep"> {
    const [store, queue, limit] = [this.store.trim(), this.queue.trim(), this.limit.trim()];
    return {
      file: this.file,
      ...(store !== "" && { store }),
      ...(queue !== "" && { queue }),
      ...(limit !== "" && { limit: Number(limit) }),
    };
  }

  take({ file, store = "", queue = "", limit }: SettingsOf<"sweep">): void {
    Object.assign(this, { file, store, queue, limit: limit === undefined ? "" : String(limit) });
  }
}
