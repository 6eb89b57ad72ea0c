// The line to the engine over a MessagePort that the desktop app hands to the window.
import type { DesktopBridge, LineArrival } from "./desktop-bridge.ts";
import type { Line, LineEnd, Transport } from "./transport.ts";

type LineBridge = Pick<DesktopBridge, "openLine" | "onLineEnded">;

/** What is used of the window. */
export interface MessageSource {
  addEventListener(type: "message", listener: (event: MessageEvent) => void): void;
}

export class PortTransport implements Transport {
  private readonly ports = new Map<number, MessagePort>();
  private readonly ends = new Map<number, LineEnd>();
  private readonly waiting = new Map<number, (port: MessagePort) => void>();
  private readonly listening = new Map<number, (end: LineEnd) => void>();

  constructor(
    private readonly bridge: LineBridge,
    source: MessageSource = window,
  ) {
    source.addEventListener("message", (event) => {
      const line = (event.data as Partial<LineArrival> | null)?.secateurLine;
      // Only the preload script, which shares the window, can name a line.
      if (event.source === source && line !== undefined) this.arrived(line, event.ports[0]);
    });
    bridge.onLineEnded((line, reason) => this.ended(line, { reason }));
  }

  async open(): Promise<Line> {
    const opened = await this.bridge.openLine();
    if ("reason" in opened) throw new Error(opened.reason);
    const { line } = opened;
    const port = this.ports.get(line) ?? (await new Promise<MessagePort>((take) => this.waiting.set(line, take)));
    this.ports.delete(line);
    const ended = new Promise<LineEnd>((resolve) => {
      this.listening.set(line, resolve);
      const early = this.ends.get(line);
      if (early) this.ended(line, early);
      // Newer engines of the page report it themselves.
      port.addEventListener("close", () => this.ended(line, { reason: "" }));
    });
    const close = () => {
      port.close();
      this.ended(line, { reason: "" });
    };
    return { endpoint: port, ended, close };
  }

  private arrived(line: number, port: MessagePort): void {
    const take = this.waiting.get(line);
    this.waiting.delete(line);
    if (take) take(port);
    else this.ports.set(line, port);
  }

  private ended(line: number, end: LineEnd): void {
    const tell = this.listening.get(line);
    if (!tell) return void this.ends.set(line, end);
    this.listening.delete(line);
    this.ends.delete(line);
    tell(end);
  }
}
