// Runs a sweep in this process: what the store does not have is done, one job after the other.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { sha256 } from "../base/hash.ts";
import { EngineError, type ErrorCode } from "../base/errors.ts";
import { say } from "../base/sentence.ts";
import type { Execution } from "../choices/execution.ts";
import { Attempt } from "./attempt.ts";
import { execute } from "./execute.ts";
import type { JobRecord } from "./job-record.ts";
import { thisMachine } from "./machine.ts";
import type { SweepJob } from "./sweep-job.ts";
import type { SweepStore } from "./sweep-store.ts";

export interface SweepHooks {
  readonly execution?: Execution;
  readonly signal: AbortSignal;
  /** Before the first job and after each. */
  readonly onDone?: (done: number, total: number, record?: JobRecord) => void;
  /** Within a job. */
  readonly onStage?: (job: SweepJob, stage: string, done: number, total: number) => void;
}

/**
 * A job that fails keeps its sentence, and the rest goes on. Jobs whose record says that they failed are tried again.
 *
 * @throws EngineError "cancelled", "disk" where the store cannot be written
 */
export async function runHere(jobs: readonly SweepJob[], store: SweepStore, hooks: SweepHooks): Promise<void> {
  let done = 0;
  hooks.onDone?.(done, jobs.length);
  for (const job of jobs) {
    const record = await runOne(job, store, hooks);
    hooks.onDone?.(++done, jobs.length, record);
  }
}

/** @throws EngineError of the machine, for which the job is not to blame */
export async function runOne(job: SweepJob, store: SweepStore, hooks: SweepHooks): Promise<JobRecord> {
  const { execution = {}, signal } = hooks;
  if (signal.aborted) throw new EngineError("cancelled", say`Stopped on request.`);
  const attempt = await Attempt.begin(store, job.id);
  const began = Date.now();
  const effort = () => ({
    machine: thisMachine(execution),
    attempts: attempt.number,
    seconds: Math.round((Date.now() - began) / 100) / 10,
  });
  let isDone = false;
  try {
    const { folder, ledger } = attempt;
    const task = { verb: job.verb, settings: withTaskFile(job, folder), folder, ledger };
    const result = await execute(task, execution, signal, (stage, at, total) => hooks.onStage?.(job, stage, at, total));
    const record = await store.finish(job, result, effort());
    isDone = true;
    return record;
  } catch (error) {
    if (!(error instanceof EngineError) || isOfTheMachine(error)) throw error;
    const record = await store.fail(job, { code: error.code, message: error.message }, effort());
    isDone = true;
    return record;
  } finally {
    await attempt.end(isDone);
  }
}

/** The task file as the job has it: where it is not, or says something else by now, a copy of it. */
function withTaskFile({ settings, task }: SweepJob, folder: string): SweepJob["settings"] {
  const named = (settings as { readonly task?: string }).task;
  if (!task || named === undefined) return settings;
  if (existsSync(named) && sha256(readFileSync(named, "utf8")) === task.sha256) return settings;
  const copy = join(folder, task.name);
  writeFileSync(copy, task.text);
  return { ...settings, task: copy } as SweepJob["settings"];
}

const OF_THE_MACHINE: ReadonlySet<ErrorCode> = new Set(["cancelled", "disk", "bucket", "download"]);

/** What another attempt may not meet again; all else is in the job itself. */
export function isOfTheMachine({ code }: Pick<EngineError, "code">): boolean {
  return OF_THE_MACHINE.has(code);
}

/** Jobs that the store has no result of. */
export async function missing(jobs: readonly SweepJob[], store: SweepStore): Promise<SweepJob[]> {
  const records = await store.records(jobs.map(({ id }) => id));
  return jobs.filter((_, i) => records[i]?.state !== "finished");
}
