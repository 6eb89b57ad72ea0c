// The engine as a child process of the server, started again when it dies, with its last words kept.
import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { LineMessage } from "../engine/wire/process-endpoint.ts";

const ENTRY = fileURLToPath(new URL("../engine/main.ts", import.meta.url));
/** Waits before the starts that follow a death, ms; when they are used up within `calm`, a person decides. */
const BACK_OFF = [500, 2_000, 8_000];
const calm = 120_000;
const keptLines = 40;

export interface EngineReport {
  readonly reason: string;
  /** The last lines that the engine wrote. */
  readonly log: readonly string[];
}

export interface EngineClient {
  message(message: unknown): void;
  /** The engine is gone; the line is dead. */
  lost(report: EngineReport): void;
}

export class EngineProcess {
  private child: ChildProcess | undefined;
  private readonly clients = new Map<number, EngineClient>();
  private lines = 0;
  private log: string[] = [];
  private deaths: number[] = [];
  private timer: NodeJS.Timeout | undefined;
  private reason = "the engine has not been started";

  constructor(private readonly environment: NodeJS.ProcessEnv = process.env) {}

  get pid(): number | undefined {
    return this.child?.pid;
  }

  /** Undefined while the engine is there. */
  get report(): EngineReport | undefined {
    return this.child ? undefined : { reason: this.reason, log: this.log };
  }

  start(): void {
    clearTimeout(this.timer);
    if (this.child) return;
    const child = spawn(process.execPath, [...process.execArgv, ENTRY], {
      stdio: ["ignore", "pipe", "pipe", "ipc"],
      serialization: "advanced",
      env: this.environment,
    });
    this.child = child;
    child.on("message", (raw) => {
      const { line, message } = raw as LineMessage;
      this.clients.get(line)?.message(message);
    });
    for (const stream of [child.stdout!, child.stderr!])
      stream.on("data", (data: Buffer) => this.note(data.toString()));
    child.on("error", (error) => this.note(error.message));
    child.on("exit", (code, signal) => this.died(child, signal ? `killed by ${signal}` : `ended with code ${code}`));
  }

  /** A line for one page; undefined where there is no engine to talk to. */
  open(client: EngineClient): { send(message: unknown): void; close(): void } | undefined {
    const { child } = this;
    if (!child) return undefined;
    const line = ++this.lines;
    this.clients.set(line, client);
    const send = (message: LineMessage) => child.connected && child.send(message);
    return {
      send: (message) => send({ line, message }),
      close: () => {
        this.clients.delete(line);
        send({ line, ended: true });
      },
    };
  }

  stop(): void {
    clearTimeout(this.timer);
    this.deaths = BACK_OFF.map(() => Infinity);
    this.child?.kill();
  }

  private note(text: string): void {
    this.log = [...this.log, ...text.split("\n").filter(Boolean)].slice(-keptLines);
  }

  private died(child: ChildProcess, how: string): void {
    if (this.child !== child) return;
    this.child = undefined;
    this.reason = `The engine was ${how}.`.replace("was ended", "ended");
    const clients = [...this.clients.values()];
    this.clients.clear();
    for (const client of clients) client.lost({ reason: this.reason, log: this.log });
    const now = Date.now();
    this.deaths = [...this.deaths.filter((time) => now - time < calm), now];
    const wait = BACK_OFF[this.deaths.length - 1];
    if (wait !== undefined) this.timer = setTimeout(() => this.start(), wait);
  }
}
