// The near end of a line as Comlink wants it: a way to send, and listeners to whom what comes is handed.
import type { Endpoint } from "comlink";

type Listener = Parameters<Endpoint["addEventListener"]>[1];

export interface NearEnd {
  readonly endpoint: Endpoint;
  deliver(data: unknown): void;
}

export function nearEnd(send: (message: unknown) => void): NearEnd {
  const listeners = new Set<Listener>();
  return {
    endpoint: {
      postMessage: (message) => send(message),
      addEventListener: (_type, listener) => void listeners.add(listener),
      removeEventListener: (_type, listener) => void listeners.delete(listener),
    },
    deliver(data) {
      const event = { data, origin: "" } as MessageEvent;
      for (const listener of listeners) {
        if (typeof listener === "function") listener(event);
        else listener.handleEvent(event);
      }
    },
  };
}
