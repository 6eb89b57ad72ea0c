// What is open of the window's own furniture: dialogs, the search, the maximised pane, the steps that are being played.

import type { Plot } from "../export/sheet.ts";
import { Travels } from "../state/travels.svelte.ts";

export const PANES = ["centre", "right", "bottom"] as const;
export type PaneName = (typeof PANES)[number];

/** Milliseconds that a step is shown while the steps are played. */
const playEvery = 250;

export class Chrome {
  dialog = $state<"palette" | "shortcuts" | "record" | undefined>(undefined);
  /** What is being exported, in its dialog. */
  plot = $state.raw<Plot | undefined>(undefined);
  /** Pane that fills the window. */
  maximised = $state<PaneName | undefined>(undefined);
  /** Pane that was used last. */
  used = $state<PaneName>("centre");
  readonly travels = new Travels();
  playing = $state(false);
  query = $state("");
  searchBox: HTMLInputElement | undefined;
  private timer: ReturnType<typeof setInterval> | undefined;

  toggleMaximised(pane: PaneName = this.used): void {
    this.maximised = this.maximised === undefined ? pane : undefined;
  }

  focusSearch(): void {
    this.searchBox?.focus();
    this.searchBox?.select();
  }

  /** @param advance goes one step on; false at the end */
  play(advance: () => boolean): void {
    this.pause();
    this.playing = true;
    this.timer = setInterval(() => {
      if (!advance()) this.pause();
    }, playEvery);
  }

  pause(): void {
    clearInterval(this.timer);
    this.playing = false;
  }
}
