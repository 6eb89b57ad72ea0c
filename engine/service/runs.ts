// Pruning runs as the workbench sees them: started, watched, stopped, resumed, and found again on the disk.
import { existsSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { EngineError } from "../base/errors.ts";
import { formatCircuit } from "../circuit/circuit-file.ts";
import type { Circuit } from "../circuit/circuit-schema.ts";
import { isMeasured, type MeasuredCircuit } from "../circuit/statistics.ts";
import { writeFileAtomic } from "../base/atomic-file.ts";
import type { RunRecord, RunRequest, RunState, RunStep, RunSummary } from "../contract.ts";
import type { SearchEvent } from "../prune/search.ts";
import { readCircuitFile } from "../session/circuit-source.ts";
import { trainingSteps } from "../session/learned-start.ts";
import { type PruneEvent, type PruneSettings, pruneTask } from "../session/prune-task.ts";
import { journalSettings } from "../session/run-journal.ts";
import { newJournalPath, runName, runsFolder } from "../session/run-store.ts";
import { loadTask } from "../task/load.ts";
import { wireError } from "../wire/wire-error.ts";
import type { EventLog } from "./event-log.ts";

interface Run {
  readonly id: string;
  readonly journal: string;
  readonly request: RunRequest;
  readonly startedAt: string;
  state: RunState;
  controller: AbortController;
  steps: RunStep[];
  /** Where the search stands, for the steps. */
  order: number;
  pass: number;
  kept?: number;
  faithfulness?: number;
  circuit?: Circuit;
  failure?: RunSummary["failure"];
}

export class Runs {
  private readonly runs = new Map<string, Run>();

  constructor(
    private readonly log: EventLog,
    private readonly threads: number | undefined,
  ) {}

  start(request: RunRequest): string {
    const journal = newJournalPath(loadTask(request.task).name, request.model);
    // The name is taken at once: a second run may be started before this one has opened its journal.
    writeFileSync(journal, "");
    const run: Run = {
      id: runName(journal),
      journal,
      request,
      startedAt: new Date().toISOString(),
      ...fresh(),
    };
    this.runs.set(run.id, run);
    void this.go(run, false);
    return run.id;
  }

  stop(id: string): void {
    const run = this.find(id);
    if (run.state !== "running") return;
    this.change(run, "stopping");
    run.controller.abort();
  }

  resume(id: string): void {
    const run = this.find(id);
    if (run.state === "running" || run.state === "stopping" || run.state === "finished") return;
    Object.assign(run, fresh());
    this.runs.set(id, run);
    void this.go(run, true);
  }

  list(): readonly RunSummary[] {
    const known = new Map([...this.onDisk(), ...this.runs].map(([id, run]) => [id, run]));
    return [...known.values()].map(summaryOf).sort((a, b) => b.startedAt.localeCompare(a.startedAt));
  }

  open(id: string): RunRecord {
    const run = this.find(id);
    return { ...summaryOf(run), steps: run.steps, circuit: run.circuit };
  }

  /** Puts statistics of a circuit into the record of the run that made it; a circuit of no run here is left alone. */
  record(id: string, of: Circuit, change: (circuit: MeasuredCircuit) => Circuit): void {
    const run = this.runs.get(id) ?? new Map(this.onDisk()).get(id);
    if (!run?.circuit || !isMeasured(run.circuit) || !isOneRun(run.circuit, of)) return;
    run.circuit = change(run.circuit);
    this.runs.set(id, run);
    writeFileAtomic(circuitPath(run.journal), formatCircuit(run.circuit));
  }

  private async go(run: Run, resume: boolean): Promise<void> {
    this.log.add({ type: "run", run: summaryOf(run) });
    const { signal } = run.controller;
    try {
      // A run that was stopped before it had opened its model has nothing to go on from.
      const hasBegun = resume && statSync(run.journal).size > 0;
      const settings = hasBegun ? journalSettings<PruneSettings>("units", run.journal) : settingsOf(run.request);
      const { circuit } = await pruneTask(settings, {
        threads: this.threads,
        journal: run.journal,
        resume: hasBegun,
        command: commandOf(run.request),
        signal,
        onEvent: (event) => this.note(run, event),
      });
      writeFileAtomic(circuitPath(run.journal), formatCircuit(circuit));
      run.circuit = circuit;
      run.faithfulness = circuit.results?.discovery.faithfulness;
      this.log.add({ type: "circuit", id: run.id, circuit });
      this.change(run, "finished");
    } catch (error) {
      if (!signal.aborted) run.failure = wireError(error);
      this.change(run, signal.aborted ? "stopped" : "failed");
    }
  }

  private change(run: Run, state: RunState): void {
    run.state = state;
    this.log.add({ type: "run", run: summaryOf(run) });
  }

  private note(run: Run, event: PruneEvent): void {
    switch (event.type) {
      case "prepared":
      case "start":
        return;
      case "anchors": {
        const { full, empty, accuracy } = event.anchors.ends;
        return this.log.add({ type: "anchors", id: run.id, full, empty, accuracy });
      }
      case "stage":
        return this.log.add({ ...event, type: "progress", id: run.id });
      case "search":
        return this.noteSearch(run, event.event);
    }
  }

  private noteSearch(run: Run, event: SearchEvent): void {
    const progress = (stage: "effects" | "pruning", { done, total }: { done: number; total: number }) =>
      this.log.add({ type: "progress", id: run.id, stage, done, total });
    switch (event.type) {
      case "effects":
        return progress("effects", event);
      case "order":
        run.order = event.index;
        return;
      case "swap":
        return;
      case "pass":
        run.pass = event.pass;
        return;
      case "trial": {
        const { removed, faithfulness, second, accepted, kept, trials } = event;
        const step = { step: trials, removed, faithfulness, second, accepted, kept, order: run.order, pass: run.pass };
        run.steps.push(step);
        run.kept = kept;
        if (accepted) run.faithfulness = faithfulness;
        this.log.add({ type: "step", id: run.id, step });
        return progress("pruning", event);
      }
    }
  }

  private find(id: string): Run {
    const run = this.runs.get(id) ?? new Map(this.onDisk()).get(id);
    if (run) return run;
    throw new EngineError("usage", `There is no run "${id}" here.`);
  }

  /** Runs of earlier engines: finished ones have a circuit beside their journal, others can be resumed. */
  private onDisk(): [string, Run][] {
    const folder = runsFolder();
    if (!existsSync(folder)) return [];
    return readdirSync(folder)
      .filter((name) => name.endsWith(".jsonl") && !this.runs.has(runName(name)))
      .flatMap((name) => {
        const run = readRun(join(folder, name));
        return run ? [[run.id, run] as [string, Run]] : [];
      });
  }
}

const fresh = () => ({
  state: "running" as RunState,
  controller: new AbortController(),
  steps: [] as RunStep[],
  order: 0,
  pass: 0,
  failure: undefined,
});

const circuitPath = (journal: string): string => journal.replace(/\.jsonl$/, ".circuit.json");

/** Undefined for a journal that no run can go on from. */
function readRun(journal: string): Run | undefined {
  try {
    const request = requestOf(journalSettings<PruneSettings>("units", journal));
    const circuit = existsSync(circuitPath(journal)) ? readCircuitFile(circuitPath(journal)) : undefined;
    return {
      ...fresh(),
      id: runName(journal),
      journal,
      request,
      startedAt: statSync(journal).birthtime.toISOString(),
      state: circuit ? "finished" : "stopped",
      steps: circuit ? stepsOf(circuit) : [],
      circuit,
      kept: circuit && circuit.search.trajectory.at(-1)?.kept,
      faithfulness: circuit?.results?.discovery.faithfulness,
    };
  } catch (error) {
    if (error instanceof EngineError) return undefined;
    throw error;
  }
}

function settingsOf({ start, ...request }: RunRequest): PruneSettings {
  return start === "learned-masks" ? { ...request, start: { steps: trainingSteps } } : request;
}

function requestOf({ start, ...settings }: PruneSettings): RunRequest {
  return start ? { ...settings, start: "learned-masks" } : settings;
}

/** Whether two records are of one run; statistics may have been added to either. */
function isOneRun(a: Circuit, b: Circuit): boolean {
  return JSON.stringify([a.environment, a.kept]) === JSON.stringify([b.environment, b.kept]);
}

/** The accepted trials, which are what a circuit file remembers of its search. */
function stepsOf({ search }: Circuit): RunStep[] {
  return search.trajectory.slice(1).map(({ step, removed, faithfulness, accuracy, kl, kept }) => ({
    step,
    removed,
    faithfulness,
    second: accuracy ?? kl ?? null,
    accepted: true,
    kept,
    order: 0,
    pass: 0,
  }));
}

function summaryOf({ id, request, state, startedAt, kept, faithfulness, failure }: Run): RunSummary {
  return { id, request, state, startedAt, kept, faithfulness, failure };
}

/** The command line that repeats a run. */
function commandOf({
  task,
  model,
  units,
  seed,
  threshold,
  criterion,
  ablation,
  examples,
  ...search
}: RunRequest): string {
  const options = {
    model,
    units: units.map((unit) => `${unit}s`).join(","),
    seed,
    threshold,
    criterion,
    ablation,
    examples: examples?.discovery,
    "held-out": examples?.heldOut,
    start: search.start,
    budget: search.budget,
  };
  const words = Object.entries(options).flatMap(([name, value]) =>
    value === undefined ? [] : [`--${name}`, String(value)],
  );
  return ["secateur", "prune", task, ...words].join(" ");
}
