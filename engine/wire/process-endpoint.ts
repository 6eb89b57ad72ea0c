// Comlink over the channel between a Node process and its child, and one line of many over it.
//
// The server relays each page's messages to the engine under the line's number, so the engine itself answers every page
// and the server never waits for it.
import type { Endpoint } from "comlink";
import { type NearEnd, nearEnd } from "./listeners.ts";

/** What crosses the channel: a message of one line, or the news that a line has ended. */
export interface LineMessage {
  readonly line: number;
  readonly message?: unknown;
  readonly ended?: true;
}

/** What is used of a process with a channel. */
export interface Channel {
  send?(message: unknown): unknown;
  on(event: "message", listener: (message: unknown) => void): unknown;
}

/** Calls `open` with the endpoint of each line that the other side begins; `gone` fires when the line has ended. */
export function acceptLines(channel: Channel, open: (endpoint: Endpoint, gone: AbortSignal) => void): void {
  const lines = new Map<number, { readonly end: NearEnd; readonly gone: AbortController }>();
  channel.on("message", (raw) => {
    const { line, message, ended } = raw as LineMessage;
    if (ended) {
      lines.get(line)?.gone.abort();
      return void lines.delete(line);
    }
    if (!lines.has(line)) {
      const end = nearEnd((sent) => lines.has(line) && channel.send?.({ line, message: sent }));
      const gone = new AbortController();
      lines.set(line, { end, gone });
      open(end.endpoint, gone.signal);
    }
    lines.get(line)!.end.deliver(message);
  });
}
