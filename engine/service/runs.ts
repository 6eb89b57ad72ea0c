// Pruning runs as the workbench sees them: those that are under way here, and those found on the disk, whoever made them.
import { existsSync, readdirSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { EngineError } from "../base/errors.ts";
import { say } from "../base/sentence.ts";
import type { Holder } from "../base/process-lock.ts";
import { type PruneSettings, pruneSettings } from "../choices/prune.ts";
import type { Circuit } from "../circuit/circuit-schema.ts";
import type { RunRecord, RunSummary } from "../contract.ts";
import type { JobState } from "../contract/jobs.ts";
import type { PrunePart, RunStep } from "../contract/prune.ts";
import { faithfulness } from "../evaluate/faithfulness.ts";
import { journalContent, type JournalEntry, journalWriter } from "../prune/journal.ts";
import { readCircuitFile } from "../session/circuit-source.ts";
import { isOfOtherWork, journalSettings, olderSettings } from "../session/run-journal.ts";
import { runCircuitPath, runName, runsFolder } from "../session/run-store.ts";
import { wireError } from "../wire/wire-error.ts";

/** A run that is a job of this service. */
export interface LiveRun {
  readonly settings: PruneSettings;
  readonly state: JobState;
  readonly startedAt: string;
  readonly failure?: RunSummary["failure"];
  readonly parts: readonly PrunePart[];
}

interface Run {
  readonly id: string;
  readonly request: PruneSettings;
  readonly startedAt: string;
  readonly state: JobState;
  readonly steps: readonly RunStep[];
  readonly kept?: number;
  readonly faithfulness?: number;
  readonly circuit?: Circuit;
  readonly failure?: RunSummary["failure"];
  /** The other program that is at it; it can be watched from here. */
  readonly elsewhere?: Holder;
  /** Why nothing goes on from a journal: of an older version, or damaged. */
  readonly refusal?: EngineError;
}

/** A run as it stands on the disk. */
export type StoredRun = Omit<Run, "steps">;

export class Runs {
  private readonly readBefore = new Map<string, { readonly stamp: string; readonly run: Run | undefined }>();

  /** @param live the run's job, where this service has one */
  constructor(private readonly live: (id: string) => LiveRun | undefined) {}

  list(): readonly RunSummary[] {
    return this.stored()
      .map((run) => summaryOf(this.current(run)))
      .sort((a, b) => b.startedAt.localeCompare(a.startedAt));
  }

  /** @throws EngineError "usage" where there is none */
  open(id: string): RunRecord {
    const run = this.current(this.find(id));
    return { ...summaryOf(run), steps: run.steps, circuit: run.circuit };
  }

  /** Every run on the disk: finished ones have a circuit beside their journal. */
  stored(): readonly Run[] {
    const folder = runsFolder();
    if (!existsSync(folder)) return [];
    return readdirSync(folder)
      .filter((name) => name.endsWith(".jsonl"))
      .flatMap((name) => this.onDisk(runName(name)) ?? []);
  }

  /** Undefined where there is no journal of a run under that name. */
  onDisk(id: string): Run | undefined {
    const journal = join(runsFolder(), `${id}.jsonl`);
    if (id === "" || basename(id) !== id || !existsSync(journal)) return undefined;
    return this.read(journal) ?? this.begun(id, journal);
  }

  private find(id: string): Run {
    const run = this.onDisk(id);
    if (run) return run;
    throw new EngineError("usage", say`There is no run "${id}" here.`);
  }

  /** A run of ours as far as it got, rejected trials among its steps; one that ended early may go on in another program. */
  private current(run: Run): Run {
    const live = this.live(run.id);
    if (!live || run.elsewhere) return run;
    const steps = live.parts.flatMap((part) => (part.kind === "step" ? [part.step] : []));
    if (run.circuit) return steps.length > 0 ? { ...run, steps } : run;
    const { settings: request, state, startedAt, failure } = live;
    const faithfulness = steps.findLast(({ accepted }) => accepted)?.faithfulness;
    return { id: run.id, request, startedAt, state, failure, steps, kept: steps.at(-1)?.kept, faithfulness };
  }

  /** A run of ours that has not written anything yet. */
  private begun(id: string, journal: string): Run | undefined {
    const live = this.live(id);
    if (!live || statSync(journal).size > 0) return undefined;
    return { id, request: live.settings, startedAt: live.startedAt, state: live.state, steps: [] };
  }

  /** What stands on the disk is read once as long as it stays the same. */
  private read(journal: string): Run | undefined {
    const stamp = [journal, runCircuitPath(journal), `${journal}.lock`].map(stampOf).join();
    const known = this.readBefore.get(journal);
    if (known?.stamp === stamp) return known.run;
    const run = readRun(journal);
    // A lock may lie there without its holder.
    if (!run?.elsewhere) this.readBefore.set(journal, { stamp, run });
    return run;
  }
}

function stampOf(path: string): string {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat ? `${stat.mtimeMs}/${stat.size}` : "";
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
    id: runName(journal),
    request: pruneSettings.parse({ task: runName(journal) }),
    startedAt: statSync(journal).birthtime.toISOString(),
    state: "failed",
    steps: [],
    failure: wireError(refusal),
    refusal,
  };
}

/** @throws EngineError for what is no run */
function ownRun(journal: string): Run {
  const request = journalSettings("units", journal);
  const known = recorded(journal, request);
  const writer = journalWriter(journal);
  if (known.circuit || !writer || writer.pid === process.pid) return known;
  const steps = watchedSteps(journalContent(journal).entries);
  const kept = steps.at(-1)?.kept;
  const faithfulness = steps.findLast(({ accepted }) => accepted)?.faithfulness;
  return { ...known, state: "running", elsewhere: writer, steps, kept, faithfulness };
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
  const file = runCircuitPath(journal);
  const circuit = existsSync(file) ? readCircuitFile(file) : undefined;
  return {
    id: runName(journal),
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
