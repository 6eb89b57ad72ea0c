// The line to the engine over a WebSocket: Comlink's messages, packed by msgpackr.
//
// The token came with the page's address and lives in an HttpOnly cookie since, so the socket needs none of its own.
import type { Endpoint } from "comlink";
import { Packr } from "msgpackr";
import type { Line, LineEnd, Transport } from "./transport.ts";

/** What is used of a WebSocket, so that tests may bring another implementation. */
export interface Socket {
  binaryType: string;
  send(data: Uint8Array): void;
  close(): void;
  addEventListener(type: "open" | "error", listener: () => void): void;
  addEventListener(type: "message", listener: (event: { data: unknown }) => void): void;
  addEventListener(type: "close", listener: (event: { reason: string }) => void): void;
}

export class WebSocketTransport implements Transport {
  constructor(
    private readonly url: string,
    private readonly connect: (url: string) => Socket = (address) => new WebSocket(address) as unknown as Socket,
  ) {}

  async open(): Promise<Line> {
    const socket = this.connect(this.url);
    socket.binaryType = "arraybuffer";
    const ended = new Promise<LineEnd>((resolve) => {
      socket.addEventListener("close", ({ reason }) => resolve({ reason }));
    });
    const opened = new Promise<boolean>((resolve) => {
      socket.addEventListener("open", () => resolve(true));
      socket.addEventListener("error", () => resolve(false));
      void ended.then(() => resolve(false));
    });
    const endpoint = endpointOf(socket);
    if (!(await opened)) throw new Error((await ended).reason);
    return { endpoint, ended, close: () => socket.close() };
  }
}

type MessageListener = (event: MessageEvent) => void;

function endpointOf(socket: Socket): Endpoint {
  const packr = new Packr({ moreTypes: true, structuredClone: true });
  const listeners = new Set<EventListenerOrEventListenerObject>();
  socket.addEventListener("message", ({ data }) => {
    const event = { data: packr.unpack(new Uint8Array(data as ArrayBuffer)) as unknown, origin: "" } as MessageEvent;
    for (const listener of listeners) {
      if (typeof listener === "function") (listener as MessageListener)(event);
      else listener.handleEvent(event);
    }
  });
  return {
    postMessage: (message) => socket.send(packr.pack(message)),
    addEventListener: (_type, listener) => void listeners.add(listener),
    removeEventListener: (_type, listener) => void listeners.delete(listener),
  };
}
