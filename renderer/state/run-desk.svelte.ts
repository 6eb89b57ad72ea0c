// The runs: which there are, which one is shown, and how far it is; kept up to date by the engine's events.
import type { PruneSettings } from "../../engine/choices/prune.ts";
import type { Circuit } from "../../engine/circuit/circuit-schema.ts";
import { isMeasured, type MeasuredCircuit } from "../../engine/circuit/statistics.ts";
import type { EngineApi, EngineEvent, RunRecord, RunSummary, WireError } from "../../engine/contract.ts";
import { toWireError } from "../client/wire-failure.ts";
import { type TimedProgress, TimeLeft } from "./time-left.ts";
import { RemovedHistory, timelineOf } from "./timeline.ts";

export interface Progress extends TimedProgress {
  readonly stage: Extract<EngineEvent, { type: "progress" }>["stage"];
}

export interface RunAnchors {
  readonly full: number;
  readonly empty: number;
  readonly accuracy: number;
}

export class RunDesk {
  runs = $state.raw<readonly RunSummary[]>([]);
  /** The run that the panes show. */
  shown = $state.raw<RunRecord | undefined>(undefined);
  anchors = $state.raw<RunAnchors | undefined>(undefined);
  progress = $state.raw<Progress | undefined>(undefined);
  failure = $state.raw<WireError | undefined>(undefined);
  starting = $state(false);
  readonly timeline = $derived.by(() => (this.shown ? timelineOf(this.shown) : []));
  readonly history = $derived.by(() => new RemovedHistory(this.timeline, this.shown?.request.without));
  private timeLeft = new TimeLeft();

  constructor(
    private readonly api: () => EngineApi,
    private readonly clock: () => number = () => performance.now(),
  ) {}

  get active(): boolean {
    return this.shown !== undefined && ["waiting", "running", "stopping"].includes(this.shown.state);
  }

  async refresh(): Promise<void> {
    const listed = await this.api().listRuns();
    this.runs = [...listed].sort((a, b) => b.startedAt.localeCompare(a.startedAt));
  }

  /** Reads the shown run again, such as from an engine that was started anew. */
  async reopen(): Promise<void> {
    const { shown } = this;
    if (!shown) return;
    if (this.runs.some((run) => run.id === shown.id)) return this.open(shown.id);
    // It died before the run's journal had begun.
    const message = `The engine that is there now knows nothing of ${shown.id}; start the run again.`;
    const failure: WireError = { code: "engine-lost", message };
    this.shown = { ...shown, state: "failed", failure };
    this.failure = failure;
  }

  show(record: RunRecord): void {
    this.shown = record;
    this.anchors = undefined;
    this.progress = undefined;
    this.failure = record.failure;
    this.timeLeft = new TimeLeft();
  }

  /** Puts statistics into the circuit of a run, where that is still shown. */
  attach(id: string, change: (circuit: MeasuredCircuit) => Circuit): void {
    const circuit = this.shown?.circuit;
    if (this.shown?.id === id && circuit && isMeasured(circuit))
      this.shown = { ...this.shown, circuit: change(circuit) };
  }

  async open(id: string): Promise<void> {
    await this.attempt(async () => this.show(await this.api().openRun(id)));
  }

  async start(request: PruneSettings): Promise<void> {
    this.starting = true;
    await this.attempt(async () => {
      const id = await this.api().startRun(request);
      const startedAt = new Date().toISOString();
      if (this.shown?.id !== id) this.show({ id, request, state: "running", startedAt, steps: [] });
    });
    this.starting = false;
  }

  async stop(): Promise<void> {
    const run = this.shown;
    if (run) await this.attempt(() => this.api().stopRun(run.id));
  }

  async resume(id = this.shown?.id): Promise<void> {
    if (id === undefined) return;
    await this.attempt(async () => {
      if (this.shown?.id !== id) this.show(await this.api().openRun(id));
      await this.api().resumeRun(id);
    });
  }

  /** Takes a batch of events at once, so that many steps redraw the panes once. */
  apply(events: readonly EngineEvent[]): void {
    const known = new Set(this.shown?.steps.map(({ step }) => step));
    const steps = events.flatMap((event) =>
      event.type === "step" && event.id === this.shown?.id && !known.has(event.step.step) ? [event.step] : [],
    );
    if (this.shown && steps.length > 0) this.shown = { ...this.shown, steps: [...this.shown.steps, ...steps] };
    for (const event of events) this.applyOne(event);
  }

  private applyOne(event: EngineEvent): void {
    if (event.type === "run") this.noteSummary(event.run);
    if (event.type === "run" || !("id" in event) || event.id !== this.shown?.id) return;
    switch (event.type) {
      case "anchors":
        this.anchors = { full: event.full, empty: event.empty, accuracy: event.accuracy };
        break;
      case "progress":
        this.progress = { stage: event.stage, ...this.timeLeft.progress(event.stage, event, this.clock()) };
        break;
      case "circuit":
        this.shown = { ...this.shown, circuit: event.circuit };
        break;
      case "step":
        break;
    }
  }

  private noteSummary(run: RunSummary): void {
    const others = this.runs.filter(({ id }) => id !== run.id);
    this.runs = [run, ...others].sort((a, b) => b.startedAt.localeCompare(a.startedAt));
    if (this.shown?.id !== run.id) return;
    this.shown = { ...this.shown, ...run };
    this.failure = run.failure;
    if (!this.active) this.progress = undefined;
  }

  private async attempt(call: () => Promise<void>): Promise<void> {
    this.failure = undefined;
    try {
      await call();
    } catch (thrown) {
      this.failure = toWireError(thrown);
    }
  }
}
