// The connection to the engine as the page sees it: opened, watched, opened again, with no event missed or seen twice.
import { type EngineApi, type EngineEvent, type Hello, PROTOCOL } from "../../engine/contract.ts";
import { engineCalls } from "../client/engine-calls.ts";
import type { EngineReport, Host } from "../client/host.ts";
import type { Line } from "../client/transport.ts";
import { CallFailure, toWireError } from "../client/wire-failure.ts";

export type LinkStatus =
  | { readonly state: "connecting" }
  | { readonly state: "ready"; readonly hello: Hello }
  | { readonly state: "lost"; readonly report: EngineReport; readonly attempt: number }
  | { readonly state: "foreign"; readonly theirs: number };

/** Milliseconds before the next try; the last one repeats. */
const BACK_OFF = [250, 500, 1_000, 2_000, 4_000, 8_000] as const;

export interface LinkListener {
  /** A line is open; `anew` when it leads to another engine than the one before, whose runs may differ. */
  ready(hello: Hello, anew: boolean): void;
  events(events: readonly EngineEvent[]): void;
  /** Events were lost: what stands on the page may be old and must be asked for again. */
  missed(): void;
}

export interface LinkHost {
  readonly transport: Host["transport"];
  readonly shell: Pick<Host["shell"], "engineReport" | "restartEngine">;
}

export class EngineLink {
  status = $state.raw<LinkStatus>({ state: "connecting" });
  private calls: EngineApi | undefined;
  private line: Line | undefined;
  private instance: string | undefined;
  private seen = 0;
  private stopped = false;
  private wake: () => void = () => undefined;

  constructor(
    private readonly host: LinkHost,
    private readonly listener: LinkListener,
    private readonly sleep: (ms: number) => Promise<void> = (ms) => new Promise((done) => setTimeout(done, ms)),
  ) {}

  get ready(): boolean {
    return this.status.state === "ready";
  }

  /** The engine's calls; each is rejected with "engine-lost" while there is none. */
  get api(): EngineApi {
    if (this.calls) return this.calls;
    const message = this.status.state === "lost" ? this.status.report.reason : "";
    throw new CallFailure({ code: "engine-lost", message });
  }

  /** Keeps a line open until `stop`. */
  async run(): Promise<void> {
    for (let attempt = 0; !this.stopped; attempt++) {
      try {
        const line = await this.host.transport.open();
        this.line = line;
        if (await this.greet(line)) {
          attempt = 0;
          await this.pump();
        }
      } catch (thrown) {
        await this.lose(toWireError(thrown).message, attempt);
      }
      if (this.status.state === "foreign") return;
      if (!this.stopped) await this.rest(attempt);
    }
  }

  stop(): void {
    this.stopped = true;
    this.line?.close();
    this.wake();
  }

  /** Tries again now rather than when the pause is over. */
  retry(): void {
    this.wake();
  }

  async restart(): Promise<void> {
    await this.host.shell.restartEngine();
    this.retry();
  }

  private async greet(line: Line): Promise<boolean> {
    const calls = engineCalls(line);
    const hello = await calls.hello();
    if (hello.protocol !== PROTOCOL) {
      this.status = { state: "foreign", theirs: hello.protocol };
      line.close();
      return false;
    }
    const anew = hello.instance !== this.instance;
    if (anew) this.seen = 0;
    this.instance = hello.instance;
    this.calls = calls;
    this.status = { state: "ready", hello };
    this.listener.ready(hello, anew);
    return true;
  }

  /** Pulls events until the line ends, which the pull in flight reports by failing. */
  private async pump(): Promise<void> {
    for (;;) {
      const events = await this.api.events(this.seen);
      const fresh = events.filter(({ seq }) => seq > this.seen);
      if (fresh.length === 0) continue;
      this.seen = fresh.at(-1)!.seq;
      if (fresh.some(({ type }) => type === "missed")) this.listener.missed();
      this.listener.events(fresh);
    }
  }

  private async lose(reason: string, attempt: number): Promise<void> {
    this.line?.close();
    this.calls = undefined;
    this.status = { state: "lost", report: { reason, log: [] }, attempt };
    const report = await this.host.shell.engineReport();
    if (report && this.status.state === "lost") this.status = { state: "lost", report, attempt };
  }

  private async rest(attempt: number): Promise<void> {
    const woken = new Promise<void>((resolve) => (this.wake = resolve));
    await Promise.race([woken, this.sleep(BACK_OFF[Math.min(attempt, BACK_OFF.length - 1)])]);
  }
}
