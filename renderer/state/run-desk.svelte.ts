// The runs: which there are, which one is shown, and how far it is; kept up to date by the engine's events.
import type { PruneSettings } from "../../engine/choices/prune.ts";
import type { Circuit } from "../../engine/circuit/circuit-schema.ts";
import { isMeasured, type MeasuredCircuit } from "../../engine/circuit/statistics.ts";
import type { JobProgress, JobSummary, SecondsRange } from "../../engine/contract/jobs.ts";
import type { PrunePart } from "../../engine/contract/prune.ts";
import type { EngineApi, EngineEvent, RunRecord, RunSummary, WireError } from "../../engine/contract.ts";
import { toWireError } from "../client/wire-failure.ts";
import { RemovedHistory, timelineOf } from "./timeline.ts";

export interface Progress extends JobProgress {
  /** Seconds until the whole run is done. */
  readonly left: SecondsRange | undefined;
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

  constructor(private readonly api: () => EngineApi) {}

  get active(): boolean {
    return this.shown !== undefined && ["waiting", "running", "pausing", "stopping"].includes(this.shown.state);
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
      const id = await this.api().start("prune", request);
      const startedAt = new Date().toISOString();
      if (this.shown?.id !== id) this.show({ id, request, state: "running", startedAt, steps: [] });
    });
    this.starting = false;
  }

  async stop(): Promise<void> {
    const run = this.shown;
    if (run) await this.attempt(() => this.api().stop(run.id));
  }

  async resume(id = this.shown?.id): Promise<void> {
    if (id === undefined) return;
    await this.attempt(async () => {
      if (this.shown?.id !== id) this.show(await this.api().openRun(id));
      await this.api().resume(id);
    });
  }

  /** Takes a batch of events at once, so that many steps redraw the panes once. */
  apply(events: readonly EngineEvent[]): void {
    const parts = events.flatMap((event) =>
      event.type === "part" && event.id === this.shown?.id ? [event.part as PrunePart] : [],
    );
    const known = new Set(this.shown?.steps.map(({ step }) => step));
    const steps = parts.flatMap((part) => (part.kind === "step" && !known.has(part.step.step) ? [part.step] : []));
    if (this.shown && steps.length > 0) this.shown = { ...this.shown, steps: [...this.shown.steps, ...steps] };
    for (const part of parts) if (part.kind === "anchors") this.anchors = part;
    for (const event of events) {
      if (event.type === "job" && event.job.verb === "prune") this.noteJob(event.job);
      if (event.type === "job-progress" && event.id === this.shown?.id) {
        this.progress = { ...event.progress, left: event.left };
      }
    }
  }

  private noteJob({ id, settings, state, startedAt, failure }: JobSummary): void {
    const known = this.runs.find((run) => run.id === id);
    const { kept, faithfulness } = (this.shown?.id === id ? lastOf(this.shown) : known) ?? {};
    const run: RunSummary = { id, request: settings as PruneSettings, state, startedAt, failure, kept, faithfulness };
    const others = this.runs.filter((other) => other.id !== id);
    this.runs = [run, ...others].sort((a, b) => b.startedAt.localeCompare(a.startedAt));
    if (this.shown?.id === id) {
      this.shown = { ...this.shown, ...run };
      this.failure = failure;
      if (!this.active) this.progress = undefined;
    }
    if (state === "finished") void this.fetch(id);
  }

  /** The circuit of a run that has come to its end. */
  private async fetch(id: string): Promise<void> {
    await this.attempt(async () => {
      const { circuit, steps, ...summary } = await this.api().openRun(id);
      this.runs = this.runs.map((run) => (run.id === id ? summary : run));
      // Its steps tell the trials that were rejected too.
      const all = this.shown && this.shown.steps.length > 0 ? this.shown.steps : steps;
      if (this.shown?.id === id) this.shown = { ...summary, circuit, steps: all };
    });
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

function lastOf({ steps }: RunRecord): Pick<RunSummary, "kept" | "faithfulness"> {
  return {
    kept: steps.at(-1)?.kept,
    faithfulness: [...steps].reverse().find(({ accepted }) => accepted)?.faithfulness,
  };
}
