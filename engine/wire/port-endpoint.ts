// Comlink over the ports of Electron's Node processes, which wrap what comes in an event and hold it back until they are started.
import type { Endpoint } from "comlink";
import { nearEnd } from "./listeners.ts";

/** What is used of Electron's MessagePortMain. */
export interface MainPort {
  on(event: "message", listener: (event: { readonly data: unknown }) => void): unknown;
  on(event: "close", listener: () => void): unknown;
  postMessage(message: unknown): void;
  start(): void;
}

/** What is used of a utility process's port to its parent. */
export interface ParentPort {
  on(event: "message", listener: (event: { readonly ports: readonly MainPort[] }) => void): unknown;
}

export function portEndpoint(port: MainPort): { readonly endpoint: Endpoint; readonly gone: AbortSignal } {
  const gone = new AbortController();
  // Only ports can be transferred here, so tensors are copied.
  const { endpoint, deliver } = nearEnd((message) => gone.signal.aborted || port.postMessage(message));
  port.on("message", ({ data }) => deliver(data));
  port.on("close", () => gone.abort());
  port.start();
  return { endpoint, gone: gone.signal };
}

/** Calls `open` with the endpoint of each port that the parent hands over; `gone` fires when its other end is closed. */
export function acceptPorts(parent: ParentPort, open: (endpoint: Endpoint, gone: AbortSignal) => void): void {
  parent.on("message", ({ ports }) => {
    for (const port of ports) {
      const { endpoint, gone } = portEndpoint(port);
      open(endpoint, gone);
    }
  });
}
