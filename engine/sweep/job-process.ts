// Jobs in a process of their own: `run()` of ONNX Runtime blocks its process, and whoever holds a job's lock must go on renewing it.
import { type ChildProcess, fork } from "node:child_process";
import { EngineError, type ErrorCode } from "../base/errors.ts";
import type { Execution } from "../choices/execution.ts";
import { type FetchModel, requireModel } from "./job-model.ts";
import { openStore } from "./open-store.ts";
import { requireVerb } from "./require-verb.ts";
import { isOfTheMachine, runOne } from "./run-here.ts";
import type { SweepJob } from "./sweep-job.ts";

/** What the process is told. */
export interface JobOrder {
  readonly job: SweepJob;
  readonly store: string;
  readonly execution: Execution;
  /** Whether a model that is not here may be fetched. */
  readonly mayFetch: boolean;
}

/** How far a job is. */
export interface JobStage {
  readonly stage: string;
  readonly done: number;
  readonly total: number;
}

/**
 * - done: the store has a record, be it of a result or of a failure
 * - lacking: this machine has not what the job needs; another may
 * - machine: the machine is at fault, and another attempt may do
 * - stopped: on request; its journal is in the store
 * - ended: the process was ended from outside, or ended itself
 */
export type JobEnd =
  | { readonly kind: "done"; readonly state: "finished" | "failed" }
  | { readonly kind: "lacking" | "machine" | "stopped" | "ended"; readonly sentence: string };

/** What the process says. */
type Said = { readonly stage: JobStage } | { readonly end: JobEnd };

/** A program and its arguments, that calls `serveJobs`. */
export interface JobCommand {
  readonly file: string;
  readonly args: readonly string[];
}

/** Who sends one of these stops a worker with all that belongs to it; no job ends its process so. */
const ASKS_TO_STOP: ReadonlySet<NodeJS.Signals> = new Set(["SIGINT", "SIGTERM"]);

/** Does one job after the other; a process that is ended, or whose job went wrong by the machine, is not used again. */
export class JobProcess {
  private readonly child: ChildProcess;
  private isSpent = false;

  constructor({ file, args }: JobCommand) {
    this.child = fork(file, args, { stdio: ["ignore", "ignore", "inherit", "ipc"], serialization: "advanced" });
    // Heard of by the job that it is at.
    this.child.on("error", () => undefined);
    this.child.on("exit", () => (this.isSpent = true));
  }

  /** Whether it takes another job. */
  get isUsable(): boolean {
    return !this.isSpent && this.child.connected;
  }

  do(order: JobOrder, onStage: (stage: JobStage) => void = () => undefined): Promise<JobEnd> {
    const { child } = this;
    return new Promise((resolve) => {
      const over = (end: JobEnd) => {
        child.off("message", hear).off("error", broken).off("exit", gone);
        if (end.kind === "machine" || end.kind === "ended") this.end();
        resolve(end);
      };
      const hear = (said: Said) => ("end" in said ? over(said.end) : onStage(said.stage));
      const broken = (error: Error) =>
        over({ kind: "machine", sentence: `The engine could not be started: ${error.message}` });
      const gone = (code: number | null, signal: NodeJS.Signals | null) => {
        const sentence = `The engine's process ended (${signal ?? `exit code ${code}`}) before the job was done.`;
        over({ kind: signal !== null && ASKS_TO_STOP.has(signal) ? "stopped" : "ended", sentence });
      };
      child.on("message", hear).on("error", broken).on("exit", gone);
      // What cannot be told to it any more has ended, of which `gone` hears.
      child.send(order, () => undefined);
    });
  }

  /** Asks it to keep what it has measured and to hand the job back. */
  stop(): void {
    // As with the order: a process that was stopped with its group is gone before it is heard of, and told so it would look broken.
    if (this.child.connected) this.child.send("stop", () => undefined);
  }

  /** Ends it at once: somebody else may be at its job by now. */
  end(): void {
    this.isSpent = true;
    this.child.kill("SIGKILL");
  }
}

/** Progress is told so often at most, ms. */
const tellEvery = 500;

/**
 * The other side: does the jobs that it is told, one at a time, and ends when its parent is gone.
 *
 * @param fetch gets a model onto this machine, where the order allows it
 */
export function serveJobs(fetch: FetchModel): void {
  let controller = new AbortController();
  // A terminal and a service manager send theirs to all processes of a group; what this one does its parent says.
  for (const name of ASKS_TO_STOP) process.on(name, () => undefined);
  process.on("disconnect", () => process.exit(1));
  process.on("message", (message: JobOrder | "stop") => {
    if (message === "stop") return controller.abort();
    controller = new AbortController();
    void done(message, controller.signal, fetch).then((end) => process.send!({ end } satisfies Said));
  });
}

async function done(
  { job, store, execution, mayFetch }: JobOrder,
  signal: AbortSignal,
  fetch: FetchModel,
): Promise<JobEnd> {
  let told = 0;
  const tell = (stage: string, at: number, total: number) => {
    if (Date.now() - told < tellEvery) return;
    told = Date.now();
    process.send!({ stage: { stage, done: at, total } } satisfies Said);
  };
  try {
    requireVerb(job);
    await requireModel(job, {
      fetch: mayFetch ? fetch : undefined,
      signal,
      onProgress: (at, total) => tell("fetching", at, total),
    });
  } catch (error) {
    if (signal.aborted) return { kind: "stopped", sentence: "Stopped on request." };
    return { kind: "lacking", sentence: (error as Error).message };
  }
  try {
    const onStage = (_: SweepJob, stage: string, at: number, total: number) => tell(stage, at, total);
    const { state } = await runOne(job, openStore(store), { execution, signal, onStage });
    return { kind: "done", state };
  } catch (error) {
    const { code, message } =
      error instanceof EngineError ? error : { code: undefined, message: (error as Error).message };
    return { kind: kindOf(code), sentence: message };
  }
}

function kindOf(code: ErrorCode | undefined): "lacking" | "machine" | "stopped" {
  if (code === "cancelled") return "stopped";
  return code !== undefined && !isOfTheMachine({ code }) ? "lacking" : "machine";
}
