// Pruning runs as the workbench sees them: started, watched, stopped, resumed, and found again on the disk.
import type { Execution } from "../choices/execution.ts";
import { type PruneSettings, pruneSettings } from "../choices/prune.ts";
import { existsSync, readdirSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { EngineError } from "../base/errors.ts";
import { formatCircuit } from "../circuit/circuit-file.ts";
import type { Circuit } from "../circuit/circuit-schema.ts";
import { isMeasured, type MeasuredCircuit } from "../circuit/statistics.ts";
import { writeFileAtomic } from "../base/atomic-file.ts";
import type { RunRecord, RunState, RunStep, RunSummary } from "../contract.ts";
import type { Holder } from "../base/process-lock.ts";
import { faithfulness } from "../evaluate/faithfulness.ts";
import { journalContent, type JournalEntry, journalWriter } from "../prune/journal.ts";
import type { SearchEvent } from "../prune/search.ts";
import { readCircuitFile } from "../session/circuit-source.ts";
import { type PruneEvent, pruneTask } from "../session/prune-task.ts";
import { isOfOtherWork, journalSettings, olderSettings } from "../session/run-journal.ts";
import { newJournalPath, runName, runsFolder } from "../session/run-store.ts";
import { loadTask } from "../task/load.ts";
import { wireError } from "../wire/wire-error.ts";
import type { EventLog } from "./event-log.ts";
import { WorkQueue } from "./work-queue.ts";

interface Run {
  readonly id: string;
  readonly journal: string;
  readonly request: PruneSettings;
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
  /** The other program that is at it; it can be watched from here. */
  readonly elsewhere?: Holder;
  /** Why nothing goes on from a journal: of an older version, or damaged. */
  readonly refusal?: EngineError;
}

export class Runs {
  private readonly runs = new Map<string, Run>();
  private readonly readBefore = new Map<string, { readonly stamp: string; readonly run: Run | undefined }>();

  constructor(
    private readonly log: EventLog,
    private readonly execution: Execution,
    private readonly queue = new WorkQueue(),
  ) {}

  start(request: PruneSettings): string {
    const journal = newJournalPath(loadTask(request.task).name, request.model);
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
    requireOurs(run);
    if (run.state !== "running" && run.state !== "waiting") return;
    this.change(run, "stopping");
    run.controller.abort();
  }

  resume(id: string): void {
    const run = this.find(id);
    requireOurs(run);
    if (run.refusal) throw run.refusal;
    if (run.state !== "stopped" && run.state !== "failed") return;
    Object.assign(run, fresh());
    this.runs.set(id, run);
    void this.go(run, true);
  }

  list(): readonly RunSummary[] {
    const known = new Map([...this.onDisk(), ...[...this.runs].map(([id, run]) => [id, current(run)] as const)]);
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
    if (this.queue.isBusy) run.state = "waiting";
    this.log.add({ type: "run", run: summaryOf(run) });
    const { signal } = run.controller;
    try {
      await this.queue.run(signal, () => this.work(run, resume));
      this.change(run, "finished");
    } catch (error) {
      if (!signal.aborted) run.failure = wireError(error);
      this.change(run, signal.aborted ? "stopped" : "failed");
    }
  }

  /** Once its turn has come. */
  private async work(run: Run, resume: boolean): Promise<void> {
    if (run.state === "waiting") this.change(run, "running");
    const { signal } = run.controller;
    // A run that was stopped before it had opened its model has nothing to go on from.
    const hasBegun = resume && statSync(run.journal).size > 0;
    const settings = hasBegun ? journalSettings("units", run.journal) : run.request;
    const { circuit } = await pruneTask(settings, {
      execution: this.execution,
      journal: run.journal,
      resume: hasBegun,
      onNote: (note) => process.stderr.write(`note: ${note}\n`),
      signal,
      onEvent: (event) => this.note(run, event),
    });
    writeFileAtomic(circuitPath(run.journal), formatCircuit(circuit));
    run.circuit = circuit;
    run.faithfulness = circuit.results?.discovery.faithfulness;
    this.log.add({ type: "circuit", id: run.id, circuit });
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
    const own = this.runs.get(id);
    if (own) return current(own);
    const journal = join(runsFolder(), `${basename(id)}.jsonl`);
    const run = basename(id) === id && existsSync(journal) ? this.read(journal) : undefined;
    if (run) return run;
    throw new EngineError("usage", `There is no run "${id}" here.`);
  }

  /** Runs of earlier and of other programs: finished ones have a circuit beside their journal. */
  private onDisk(): [string, Run][] {
    const folder = runsFolder();
    if (!existsSync(folder)) return [];
    return readdirSync(folder)
      .filter((name) => name.endsWith(".jsonl") && !this.runs.has(runName(name)))
      .flatMap((name) => {
        const run = this.read(join(folder, name));
        return run ? [[run.id, run] as [string, Run]] : [];
      });
  }

  /** What stands on the disk is read once as long as it stays the same. */
  private read(journal: string): Run | undefined {
    const stamp = [journal, circuitPath(journal), `${journal}.lock`].map(stampOf).join();
    const known = this.readBefore.get(journal);
    if (known?.stamp === stamp) return known.run && { ...known.run };
    const run = readRun(journal);
    // A lock may lie there without its holder.
    if (!run?.elsewhere) this.readBefore.set(journal, { stamp, run });
    return run && { ...run };
  }
}

function stampOf(path: string): string {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat ? `${stat.mtimeMs}/${stat.size}` : "";
}

/** A run of ours that ended before its time may be gone on with by another program. */
function current(run: Run): Run {
  const mayBeElsewhere = run.state === "stopped" || run.state === "failed";
  return (mayBeElsewhere && journalWriter(run.journal) && readRun(run.journal)) || run;
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

function requireOurs({ id, elsewhere }: Run): void {
  if (!elsewhere) return;
  throw new EngineError(
    "usage",
    `${id} is running in another program (process ${elsewhere.pid}); it can be watched here, and stopped there.`,
  );
}

/** Undefined for a journal that is no pruning run's. Nothing is written: another program may be at it. */
function readRun(journal: string): Run | undefined {
  try {
    return olderRun(journal) ?? ownRun(journal);
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    return isOfOtherWork(journal, "units") ? undefined : damagedRun(journal, error);
  }
}

/** A run whose journal or circuit cannot be read any more: listed with the reason, under the name that its file has. */
function damagedRun(journal: string, refusal: EngineError): Run {
  return {
    ...fresh(),
    id: runName(journal),
    journal,
    request: pruneSettings.parse({ task: runName(journal) }),
    startedAt: statSync(journal).birthtime.toISOString(),
    state: "failed",
    failure: wireError(refusal),
    refusal,
  };
}

/** @throws EngineError for what is no run */
function ownRun(journal: string): Run {
  const request = journalSettings("units", journal);
  const known = recorded(journal, request);
  const elsewhere = journalWriter(journal);
  if (known.circuit || !elsewhere) return known;
  const steps = watchedSteps(journalContent(journal).entries);
  const kept = steps.at(-1)?.kept;
  const faithfulness = steps.findLast(({ accepted }) => accepted)?.faithfulness;
  return { ...known, state: "running", elsewhere, steps, kept, faithfulness };
}

/** Undefined for a journal of this version. */
function olderRun(journal: string): Run | undefined {
  const found = olderSettings(journal);
  if (!found) return undefined;
  const known = recorded(journal, olderRequest(found.settings));
  if (known.circuit) return known;
  return { ...known, state: "failed", failure: wireError(found.refusal), refusal: found.refusal };
}

/** As its journal's name and a circuit beside it tell. */
function recorded(journal: string, request: PruneSettings): Run {
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
}

/** What another program's run has tried so far. */
function watchedSteps(entries: readonly JournalEntry[]): RunStep[] {
  const anchors = entries.find((entry) => entry.kind === "anchors");
  if (!anchors) return [];
  return entries
    .filter((entry) => entry.kind === "trial")
    .map(({ removed, added, metric, second, accepted, from }, i) => ({
      step: i + 1,
      removed,
      faithfulness: faithfulness(metric, anchors.full, anchors.empty),
      second,
      accepted,
      kept: accepted ? from - removed.length + added.length : from,
      order: 0,
      pass: 0,
    }));
}

/** As far as this version knows the settings of an older one, in which a start was an object. */
function olderRequest({
  start,
  ...settings
}: NonNullable<ReturnType<typeof olderSettings>>["settings"]): PruneSettings {
  return { ...settings, ...(start !== undefined && { start: "learned-masks" }) } as unknown as PruneSettings;
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
