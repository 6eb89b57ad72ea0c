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

export function portEndpoint(port: MainPort): Endpoint {
  let closed = false;
  // Only ports can be transferred here, so tensors are copied.
  const { endpoint, deliver } = nearEnd((message) => closed || port.postMessage(message));
  port.on("message", ({ data }) => deliver(data));
  port.on("close", () => (closed = true));
  port.start();
  return endpoint;
}

/** Calls `open` with the endpoint of each port that the parent hands over. */
export function acceptPorts(parent: ParentPort, open: (endpoint: Endpoint) => void): void {
  parent.on("message", ({ ports }) => {
    for (const port of ports) open(portEndpoint(port));
  });
}
