// The engine as a process of its own, started again when it dies, with its last words kept.
import type { LineMessage } from "../engine/wire/process-endpoint.ts";

/** Waits before the starts that follow a death, ms; when they are used up within `calm`, a person decides. */
const BACK_OFF = [500, 2_000, 8_000];
const calm = 120_000;
const keptLines = 40;

export interface EngineReport {
  readonly reason: string;
  /** The last lines that the engine wrote. */
  readonly log: readonly string[];
}

/** What a launcher tells of the engine that it launched. */
export interface Watcher {
  message(message: LineMessage): void;
  wrote(text: string): void;
  /** @param how as it follows "The engine", such as "ended with code 1" */
  gone(how: string): void;
}

export interface LaunchedEngine {
  readonly pid: number | undefined;
  /** Whether the engine can be handed ports, so that a line need not lead through this process. */
  readonly takesPorts: boolean;
  /** @param sent called once the message has left this process */
  send(message: LineMessage, ports?: readonly unknown[], sent?: () => void): void;
  kill(): void;
}

export type Launch = (watcher: Watcher) => LaunchedEngine;

export interface EngineClient {
  message(message: unknown): void;
  /** The engine is gone; the line is dead. */
  lost(report: EngineReport): void;
}

export interface EngineLine {
  /**
   * @param sent called once the message has left this process: not while the engine is too busy to take it
   * @throws Error for what cannot be sent, such as a function
   */
  send(message: unknown, sent?: () => void): void;
  /** Gives the engine the other end of the line itself; false where every message must be sent. */
  hand(port: unknown): boolean;
  close(): void;
}

export class EngineProcess {
  private engine: LaunchedEngine | undefined;
  private readonly clients = new Map<number, EngineClient>();
  private lines = 0;
  private log: string[] = [];
  private deaths: number[] = [];
  private timer: NodeJS.Timeout | undefined;
  private reason = "The engine has not been started.";

  constructor(private readonly launch: Launch) {}

  get pid(): number | undefined {
    return this.engine?.pid;
  }

  /** Undefined while the engine is there. */
  get report(): EngineReport | undefined {
    return this.engine ? undefined : { reason: this.reason, log: this.log };
  }

  start(): void {
    clearTimeout(this.timer);
    if (this.engine) return;
    const engine = this.launch({
      message: ({ line, message }) => this.clients.get(line)?.message(message),
      wrote: (text) => (this.log = [...this.log, ...text.split("\n").filter(Boolean)].slice(-keptLines)),
      gone: (how) => this.died(engine, how),
    });
    this.engine = engine;
  }

  /** A line for one page; undefined where there is no engine to talk to. */
  open(client: EngineClient): EngineLine | undefined {
    const { engine } = this;
    if (!engine) return undefined;
    const line = ++this.lines;
    this.clients.set(line, client);
    return {
      send: (message, sent) => engine.send({ line, message }, undefined, sent),
      hand: (port) => {
        if (engine.takesPorts) engine.send({ line }, [port]);
        return engine.takesPorts;
      },
      close: () => {
        if (this.clients.delete(line)) engine.send({ line, ended: true });
      },
    };
  }

  stop(): void {
    clearTimeout(this.timer);
    this.deaths = BACK_OFF.map(() => Infinity);
    this.engine?.kill();
  }

  private died(engine: LaunchedEngine, how: string): void {
    if (this.engine !== engine) return;
    this.engine = undefined;
    this.reason = `The engine ${how}.`;
    const clients = [...this.clients.values()];
    this.clients.clear();
    for (const client of clients) client.lost({ reason: this.reason, log: this.log });
    const now = Date.now();
    this.deaths = [...this.deaths.filter((time) => now - time < calm), now];
    const wait = BACK_OFF[this.deaths.length - 1];
    if (wait !== undefined) this.timer = setTimeout(() => this.start(), wait);
  }
}
