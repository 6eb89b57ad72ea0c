// One page's line to the engine over its WebSocket: messages are passed on as they are, and never faster than either side reads.
import { Packr } from "msgpackr";
import type { WebSocket } from "ws";
import type { EngineLine, EngineProcess } from "./engine-process.ts";

/** Bytes of one message; a circuit file with all its statistics has less than a tenth of it. */
export const largestMessage = 32e6;
/** Requests without an answer that the page has read; beyond them its next ones wait at its own end. */
const mostInFlight = 64;
/** Bytes of requests that the engine has not taken yet. */
const mostUnsent = 32e6;
/** No call's arguments lie deeper; what does would overflow the stack of whoever walks it. */
const deepest = 64;

/** Reasons of the WebSocket protocol (RFC 6455, 7.4.1). */
const CLOSE = { unreadable: 1007, engineLost: 1011, noEngine: 1013 } as const;
/** A close frame's reason has at most so many bytes. */
const longestReason = 123;

/** The reason as far as a close frame holds it, cut between characters. */
export function closeReason(text: string): string {
  let reason = "";
  let bytes = 0;
  for (const character of text) {
    bytes += Buffer.byteLength(character);
    if (bytes > longestReason) break;
    reason += character;
  }
  return reason;
}

export function connectPage(page: WebSocket, engine: EngineProcess): void {
  // The connection is closed by then, with the code of what was wrong.
  page.on("error", () => undefined);
  const line = engine.open({
    message: (message) => flow.answer(message),
    lost: ({ reason }) => page.close(CLOSE.engineLost, closeReason(reason)),
  });
  if (!line) return page.close(CLOSE.noEngine, closeReason(engine.report?.reason ?? ""));
  const flow = new Flow(page, line);
  page.on("message", (data: Buffer, isBinary: boolean) => flow.request(data, isBinary));
  page.on("close", () => line.close());
}

/** What is under way in both directions; the page is not read while that is too much. */
class Flow {
  private readonly packr = new Packr({ moreTypes: true, structuredClone: true });
  private readonly waiting: Buffer[] = [];
  private inFlight = 0;
  /** Bytes. */
  private unsent = 0;

  constructor(
    private readonly page: WebSocket,
    private readonly line: EngineLine,
  ) {}

  request(data: Buffer, isBinary: boolean): void {
    if (!isBinary) return this.refuse("it is text, not MessagePack");
    // A pause holds back what is still on its way; what has come already waits here.
    this.waiting.push(data);
    this.balance();
  }

  answer(message: unknown): void {
    this.page.send(this.packr.pack(message), () => {
      this.inFlight = Math.max(0, this.inFlight - 1);
      this.balance();
    });
  }

  private balance(): void {
    while (this.waiting.length > 0 && !this.isFull && this.isOpen) this.pass(this.waiting.shift()!);
    const mustWait = this.waiting.length > 0 || this.isFull;
    if (mustWait !== this.page.isPaused) this.page[mustWait ? "pause" : "resume"]();
  }

  private get isFull(): boolean {
    return this.inFlight >= mostInFlight || this.unsent >= mostUnsent;
  }

  private get isOpen(): boolean {
    return this.page.readyState === this.page.OPEN;
  }

  private pass(data: Buffer): void {
    try {
      const message = this.packr.unpack(data) as unknown;
      if (!isRecord(message)) throw new Error("it is no record");
      requireShallow(message);
      this.line.send(message, () => {
        this.unsent -= data.length;
        this.balance();
      });
      this.inFlight++;
      this.unsent += data.length;
    } catch (error) {
      this.refuse(error instanceof Error ? error.message : String(error));
    }
  }

  private refuse(why: string): void {
    this.waiting.length = 0;
    this.page.close(CLOSE.unreadable, closeReason(`A message could not be read: ${why}.`));
  }
}

function isRecord(message: unknown): message is object {
  return typeof message === "object" && message !== null && Object.getPrototypeOf(message) === Object.prototype;
}

/** @throws Error for what is nested too deep; what occurs twice, or within itself, is looked at once */
function requireShallow(message: unknown): void {
  const seen = new Set<object>();
  let level: unknown[] = [message];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > deepest) throw new Error(`it is nested more than ${deepest} deep`);
    const next: unknown[] = [];
    for (const value of level) {
      if (typeof value !== "object" || value === null || ArrayBuffer.isView(value) || seen.has(value)) continue;
      seen.add(value);
      const parts = value instanceof Map ? [...value].flat() : value instanceof Set ? [...value] : Object.values(value);
      for (const part of parts) next.push(part);
    }
    level = next;
  }
}
