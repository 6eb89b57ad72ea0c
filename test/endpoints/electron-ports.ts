// Ports that behave as Electron's MessagePortMain does, over Node's: what comes is wrapped, waits for `start`, and only ports move.
import { MessageChannel, type MessagePort } from "node:worker_threads";
import type { MainPort, ParentPort } from "../../engine/wire/port-endpoint.ts";

export class PortLikeMain implements MainPort {
  constructor(readonly port: MessagePort) {}

  on(event: "message" | "close", listener: ((event: { data: unknown; ports: PortLikeMain[] }) => void) | (() => void)) {
    if (event === "close") this.port.on("close", () => (listener as () => void)());
    else {
      // Node starts a port as soon as somebody listens; Electron waits for `start`.
      const waiting: unknown[] = [];
      let hear = (data: unknown): void => void waiting.push(data);
      this.started = () => {
        hear = (data) => listener({ data, ports: [] });
        for (const data of waiting.splice(0)) hear(data);
      };
      this.port.on("message", (data: unknown) => hear(data));
    }
    return this;
  }

  postMessage(message: unknown, transferred: readonly unknown[] = []): void {
    if (transferred.some((entry) => !(entry instanceof PortLikeMain)))
      throw new TypeError("Port at index 0 is not a valid port");
    this.port.postMessage(message);
  }

  start(): void {
    this.started();
  }

  close(): void {
    this.port.close();
  }

  private started: () => void = () => undefined;
}

/** As `new MessageChannelMain()`. */
export function channelLikeMain(): { port1: PortLikeMain; port2: PortLikeMain } {
  const { port1, port2 } = new MessageChannel();
  return { port1: new PortLikeMain(port1), port2: new PortLikeMain(port2) };
}

/** As a utility process's `process.parentPort`: ports come beside the message. */
export class ParentPortLike implements ParentPort {
  private readonly listeners: ((event: { data: unknown; ports: readonly MainPort[] }) => void)[] = [];

  on(_event: "message", listener: (event: { data: unknown; ports: readonly MainPort[] }) => void): this {
    this.listeners.push(listener);
    return this;
  }

  /** What the main process's `child.postMessage` does. */
  receive(data: unknown, ports: readonly MainPort[]): void {
    for (const listener of this.listeners) listener({ data, ports });
  }
}
