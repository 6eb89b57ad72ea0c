// What carries calls to the engine: one line at a time, over a WebSocket in the browser or a MessagePort in the desktop app.
import type { Endpoint } from "comlink";

/** An open line; it ends once and is not reopened. */
export interface Line {
  readonly endpoint: Endpoint;
  /** Resolves when the line has ended, from whichever side. */
  readonly ended: Promise<LineEnd>;
  close(): void;
}

export interface LineEnd {
  /** The other side's own words, empty where it gave none. */
  readonly reason: string;
}

export interface Transport {
  /** @throws when no line can be opened */
  open(): Promise<Line>;
}
