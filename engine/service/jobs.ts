// Every job of a service: asked for, waiting its turn, under way, paused, stopped, done, its result kept; one works at a time.
import { EngineError } from "../base/errors.ts";
import { say } from "../base/sentence.ts";
import { checked } from "../choices/checked.ts";
import { commandLine } from "../choices/command.ts";
import type { Execution } from "../choices/execution.ts";
import type {
  JobProgress,
  JobState,
  JobSummary,
  Priority,
  ResultSummary,
  SecondsRange,
  StoredResult,
} from "../contract/jobs.ts";
import type { PrunePart } from "../contract/prune.ts";
import type { PruneSettings } from "../choices/prune.ts";
import {
  type AskedOf,
  commandOf,
  type ResultOf,
  type SettingsOf,
  VERB_ROWS,
  type VerbName,
} from "../contract/verbs.ts";
import { prune } from "../verbs/prune.ts";
import type { Table } from "../choices/result-table.ts";
import { EVERY_VERB } from "../sweep/every-verb.ts";
import type { Verb, Work } from "../verbs/verb.ts";
import { sentenceOf, wireError } from "../wire/wire-error.ts";
import type { EventLog } from "./event-log.ts";
import { JobQueue } from "./job-queue.ts";
import { runCard, runRecord } from "./run-cards.ts";
import { type LiveRun, Runs } from "./runs.ts";
import { canGoOn, type ResultRecord, type ResultStore } from "./result-store.ts";
import { TimeLeft } from "./time-left.ts";

interface Job {
  record: ResultRecord;
  readonly verb: Verb<VerbName>;
  readonly settings: SettingsOf<VerbName>;
  readonly parts: Parts;
  controller: AbortController;
  timeLeft: TimeLeft;
  progress: JobProgress | undefined;
  /** Whether it goes on from what its ledger holds. */
  goOn: boolean;
  /** What is done once the work has come to its end before its time; "yield": it waits again, its turn given away. */
  interrupt: "stop" | "pause" | "yield" | undefined;
}

/** Pieces of what a job has found: as many as are kept, and how many came before them. */
interface Parts {
  from: number;
  kept: unknown[];
}

/** More pieces than these are no list that a page reads again. */
const mostParts = 20_000;
/** Jobs that have ended and are still told of. */
const mostEnded = 200;

const ENDED: readonly JobState[] = ["paused", "stopped", "finished", "failed"];

export class Jobs {
  private readonly jobs = new Map<string, Job>();
  private readonly queue = new JobQueue();
  private running: Job | undefined;
  /** Pruning runs, whoever made them. */
  readonly runs = new Runs((id) => this.liveRun(id));

  /**
   * @param slot at whose turns the work is done, beside other work that uses every thread
   * @param store where results are kept
   * @param verbs what can be asked for: others for tests
   */
  constructor(
    private readonly log: EventLog,
    private readonly execution: Execution,
    private readonly store: ResultStore,
    private readonly verbs: typeof EVERY_VERB = EVERY_VERB,
  ) {}

  /** @returns the job's id @throws EngineError "usage" for settings that the verb does not have */
  start<Name extends VerbName>(name: Name, asked: AskedOf<Name>, priority: Priority = "asked"): string {
    const verb = this.verbs[name] as unknown as Verb<VerbName>;
    const settings = checked(VERB_ROWS[name].settings, asked, say`settings of ${name}`) as SettingsOf<VerbName>;
    const record = this.store.create({
      verb: name,
      settings,
      execution: this.execution,
      command: this.command(name, asked),
      priority,
      about: verb.about(settings),
      resumes: verb.resumes?.(settings) ?? false,
      keptAs: verb.keptAs,
    });
    this.enqueue(this.jobOf(record, verb, settings), priority);
    return record.id;
  }

  stop(id: string): void {
    const job = this.find(id);
    switch (job.record.state) {
      case "waiting":
      case "paused":
        this.queue.remove(id);
        return this.end(job, "stopped");
      case "running":
      case "pausing":
        return this.interrupt(job, "stop", "stopping");
      default:
        return;
    }
  }

  /** @throws EngineError "usage" where the verb cannot go on from the middle */
  pause(id: string): void {
    const job = this.find(id);
    if (job.record.state === "waiting") {
      this.queue.remove(id);
      return this.end(job, "paused");
    }
    if (job.record.state !== "running") return;
    if (!job.record.resumes) {
      throw new EngineError("usage", say`${id} cannot be paused in the middle of its work; let it run, or stop it.`);
    }
    this.interrupt(job, "pause", "pausing");
  }

  /** @throws EngineError "usage" where there is nothing to go on from */
  resume(id: string): void {
    const known = this.jobs.get(id);
    if (known && !ENDED.includes(known.record.state)) return;
    this.adopt(id);
    const { state, resumes, failure } = this.summary(id);
    if (state === "damaged") throw new EngineError("usage", sentenceOf(failure!));
    if (!resumes) {
      const why = state === "finished" ? say`it is finished` : say`its verb begins anew`;
      throw new EngineError("usage", say`${id} cannot be gone on with: ${why}. Run it again with the same settings.`);
    }
    const record = this.store.takeUp(id);
    const verb = this.verbs[record.verb as VerbName] as unknown as Verb<VerbName>;
    const settings = checked(VERB_ROWS[verb.name].settings, record.settings, say`settings`) as SettingsOf<VerbName>;
    const job = this.jobOf({ ...record, failure: undefined }, verb, settings);
    job.goOn = record.begun;
    this.enqueue(job, record.priority);
  }

  move(id: string, before: string | null): void {
    const job = this.find(id);
    this.queue.move(id, before ?? undefined);
    this.tell(job);
  }

  list(): readonly JobSummary[] {
    const all = [...this.jobs.values()];
    const order = this.queue.ids;
    const active = all.filter(({ record }) => !ENDED.includes(record.state) && record.state !== "waiting");
    const waiting = order.map((id) => this.jobs.get(id)!);
    const ended = all.filter(({ record }) => ENDED.includes(record.state)).reverse();
    return [...active, ...waiting, ...ended].map(summaryOf);
  }

  parts(id: string, from: number): { readonly from: number; readonly parts: readonly unknown[] } {
    const { parts } = this.find(id);
    const first = Math.max(from, parts.from);
    return { from: first, parts: parts.kept.slice(first - parts.from) };
  }

  results(): readonly ResultSummary[] {
    const kept = this.store.list().map(({ id }) => this.summary(id));
    const runs = this.runs.stored().filter(({ id }) => !this.store.has(id));
    return [...kept, ...runs.map(runCard)].sort((a, b) => b.when.localeCompare(a.when) || b.id.localeCompare(a.id));
  }

  result(id: string): StoredResult {
    this.adopt(id);
    const { record, result } = this.store.result(id);
    const { settings, command } = record;
    const summary = this.summary(id);
    return { summary, settings: settings as SettingsOf<VerbName>, result: result as ResultOf<VerbName>, command };
  }

  tables(id: string): readonly Table[] {
    const { summary, result, settings } = this.result(id);
    const verb = this.verbs[summary.verb as VerbName] as unknown as Verb<VerbName>;
    return verb.tables(result, settings);
  }

  edit(id: string, change: Parameters<ResultStore["edit"]>[1]): void {
    this.adopt(id);
    const record = this.store.edit(id, change);
    const job = this.jobs.get(id);
    if (job) job.record = record;
    this.tellResult(id);
  }

  remove(id: string): void {
    this.adopt(id);
    this.store.remove(id);
    this.jobs.delete(id);
    this.log.add({ type: "result-deleted", id });
  }

  restore(id: string): void {
    this.store.restore(id);
    this.tellResult(id);
  }

  command<Name extends VerbName>(name: Name, asked: AskedOf<Name>): string {
    return commandLine(commandOf(name), asked as never, this.execution);
  }

  /** A run that is the job of this service: as far as it got. */
  private liveRun(id: string): LiveRun | undefined {
    const job = this.jobs.get(id);
    if (job?.verb.name !== "prune") return undefined;
    const { state, when, failure } = job.record;
    const parts = job.parts.kept as readonly PrunePart[];
    return { settings: job.settings as unknown as PruneSettings, state, startedAt: when, failure, parts };
  }

  /** What is kept of a job: of a run that no job here is at, as its own files have it. */
  private summary(id: string): ResultSummary {
    const card = this.store.summary(id);
    if (this.jobs.has(id) || card.verb !== prune.name || card.state === "damaged") return card;
    const run = this.runs.onDisk(id);
    const { name, note, pinned, when } = card;
    return run ? { ...runCard(run), name, note, pinned, when } : card;
  }

  /** Gives a run of the command line or of an earlier version a record. */
  private adopt(id: string): void {
    if (this.store.has(id)) return;
    const run = this.runs.onDisk(id);
    if (run) this.store.adopt(runRecord(run));
  }

  private jobOf(record: ResultRecord, verb: Verb<VerbName>, settings: SettingsOf<VerbName>): Job {
    return {
      record,
      verb,
      settings,
      parts: { from: 0, kept: [] },
      controller: new AbortController(),
      timeLeft: new TimeLeft(verb.stages(settings), this.store.pastSeconds(verb.name, record.about)),
      progress: undefined,
      goOn: false,
      interrupt: undefined,
    };
  }

  private enqueue(job: Job, priority: Priority, where: "first" | "last" = "last"): void {
    const { id } = job.record;
    this.jobs.delete(id);
    this.jobs.set(id, job);
    this.queue.add(id, priority, where);
    this.change(job, { state: "waiting" });
    this.giveWay(priority);
    this.takeTurn();
  }

  /** A background check that can go on later does not hold up what a person asked for. */
  private giveWay(priority: Priority): void {
    const { running } = this;
    const yields = running?.record.priority === "background" && running.record.resumes;
    if (priority === "asked" && yields && running.record.state === "running")
      this.interrupt(running, "yield", "pausing");
  }

  private takeTurn(): void {
    if (this.running) return;
    const id = this.queue.take();
    if (id === undefined) return;
    const job = this.jobs.get(id)!;
    this.running = job;
    void this.work(job).finally(() => {
      this.running = undefined;
      this.takeTurn();
    });
  }

  private async work(job: Job): Promise<void> {
    const began = performance.now();
    const before = job.record.seconds ?? 0;
    const seconds = () => before + (performance.now() - began) / 1000;
    try {
      this.change(job, { state: "running", begun: true });
      const result = await job.verb.run(job.settings, this.toWorkWith(job));
      this.finish(job, result, seconds());
    } catch (error) {
      job.record = { ...job.record, seconds: seconds() };
      this.broken(job, error);
    }
  }

  private finish(job: Job, result: ResultOf<VerbName>, seconds: number): void {
    const { verb, settings } = job;
    job.record = this.store.finish(
      {
        ...job.record,
        state: "finished",
        about: verb.about(settings, result),
        headline: verb.headline(result),
        seconds,
        // Of a job that was interrupted the stages tell a part of their time alone.
        ...(!job.goOn && { stages: job.timeLeft.seconds() }),
      },
      result,
    );
    this.over(job);
  }

  private broken(job: Job, error: unknown): void {
    const { interrupt } = job;
    if (!job.controller.signal.aborted) {
      job.record = { ...job.record, failure: wireError(error) };
      return this.end(job, "failed");
    }
    switch (interrupt) {
      case "pause":
        return this.end(job, "paused");
      case "yield":
        this.running = undefined;
        Object.assign(job, { controller: new AbortController(), interrupt: undefined, goOn: true });
        return this.enqueue(job, job.record.priority, "first");
      default:
        return this.end(job, "stopped");
    }
  }

  private interrupt(job: Job, how: NonNullable<Job["interrupt"]>, state: JobState): void {
    job.interrupt = how;
    this.change(job, { state });
    job.controller.abort();
  }

  private end(job: Job, state: JobState): void {
    // Of what was stopped and cannot go on nothing is kept.
    if (state === "stopped" && !(job.record.begun && job.record.resumes)) {
      job.record = { ...job.record, state, resumes: false };
      this.store.discard(job.record);
      this.log.add({ type: "result-deleted", id: job.record.id });
    } else {
      job.record = { ...job.record, state };
      this.store.change(job.record);
    }
    this.over(job);
  }

  private over(job: Job): void {
    const { id, state } = job.record;
    this.log.close(id);
    this.tell(job);
    if (state !== "stopped" || job.record.resumes) this.tellResult(id);
    const ended = [...this.jobs.values()].filter(({ record }) => ENDED.includes(record.state));
    for (const old of ended.slice(0, -mostEnded)) this.jobs.delete(old.record.id);
  }

  private change(job: Job, change: Partial<ResultRecord>): void {
    job.record = { ...job.record, ...change };
    this.store.change(job.record);
    this.tell(job);
  }

  private toWorkWith(job: Job): Work<unknown> {
    const { id } = job.record;
    const folder = this.store.folderOf(id);
    return {
      execution: this.execution,
      signal: job.controller.signal,
      report: (stage, done, total) => {
        job.timeLeft.note(stage, done, total);
        job.progress = { stage, done, total };
        const left = job.timeLeft.range();
        this.log.addLatest(id, { type: "job-progress", id, progress: job.progress, ...(left && { left }) });
      },
      part: (part) => {
        const { parts } = job;
        parts.kept.push(part);
        if (parts.kept.length > mostParts) {
          parts.from += parts.kept.length - (mostParts >> 1);
          parts.kept = parts.kept.slice(-(mostParts >> 1));
        }
        this.log.add({ type: "part", id, index: parts.from + parts.kept.length - 1, part });
      },
      note: (sentence) => process.stderr.write(`note: ${sentence}\n`),
      folder,
      ledger: { file: this.store.ledgerOf(job.record), goOn: job.goOn },
    };
  }

  private find(id: string): Job {
    const job = this.jobs.get(id);
    if (job) return job;
    throw new EngineError("usage", say`There is no job "${id}" here.`);
  }

  private tell(job: Job): void {
    this.log.add({ type: "job", job: summaryOf(job) });
  }

  private tellResult(id: string): void {
    this.log.add({ type: "result", result: this.summary(id) });
  }
}

function summaryOf(job: Job): JobSummary {
  const { record, verb, settings, progress, timeLeft } = job;
  const { id, priority, state, about, when, failure } = record;
  const isOver = ENDED.includes(state);
  const left: SecondsRange | undefined = isOver ? undefined : timeLeft.range();
  return {
    id,
    verb: verb.name,
    settings,
    priority,
    state,
    stages: verb.stages(settings).map(({ name }) => name),
    resumes: isOver ? canGoOn(record) : record.resumes,
    about,
    startedAt: when,
    ...(progress && !isOver && { progress }),
    ...(left && { left }),
    ...(failure && { failure }),
  };
}
