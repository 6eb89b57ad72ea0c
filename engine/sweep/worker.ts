// Takes jobs of sweeps from the queue and has each done by a process of its own, until it is told to stop.
import { hostname } from "node:os";
import type { Job, Worker } from "bullmq";
import type { Execution } from "../choices/execution.ts";
import { type JobCommand, type JobEnd, JobProcess, type JobStage } from "./job-process.ts";
import { thisMachine } from "./machine.ts";
import { openStore } from "./open-store.ts";
import { connected, type JobProgress, MOST_ATTEMPTS, QUEUE, type QueuedJob } from "./queue.ts";

/** A job that this machine cannot do is offered again after so long, ms. */
const handBackFor = 5_000;

export interface WorkerOptions {
  readonly url: string;
  /** The store under the path that it has here; without it under the one that the job names. */
  readonly store?: string | undefined;
  /** How many jobs at once. */
  readonly jobs: number;
  /** A worker that is not heard of for so long is taken for dead, ms. */
  readonly lock: number;
  readonly execution: Execution;
  /** Whether a model that is not here may be fetched (default: no). */
  readonly mayFetch?: boolean;
  /** What runs `serveJobs`. */
  readonly command: JobCommand;
  readonly signal: AbortSignal;
  /** Once it takes jobs. */
  readonly onReady?: () => void;
  readonly onJob?: (job: QueuedJob, end: JobEnd | "begun") => void;
}

/** @throws EngineError "usage", "queue" as `connected` */
export async function work(options: WorkerOptions): Promise<void> {
  const { url, jobs, lock, signal } = options;
  const connection = await connected(url);
  const { Worker: Taker, DelayedError } = await import("bullmq");
  const processes = new JobProcesses(options);
  const handBack = async (job: Job<QueuedJob>, token: string | undefined, wait: number): Promise<never> => {
    await job.moveToDelayed(Date.now() + wait, token);
    throw new DelayedError();
  };
  const take = async (job: Job<QueuedJob>, token: string | undefined): Promise<string> => {
    if (signal.aborted) return handBack(job, token, 0);
    const end = await processes.do(job);
    switch (end.kind) {
      case "done":
        return end.state;
      case "lacking":
        tell(job, { handedBack: end.sentence });
        return handBack(job, token, handBackFor);
      case "stopped":
        return handBack(job, token, 0);
      case "machine":
      case "ended":
        throw new Error(end.sentence);
      default:
        return end satisfies never;
    }
  };
  const worker = new Taker<QueuedJob>(QUEUE, take, {
    connection,
    concurrency: jobs,
    lockDuration: lock,
    stalledInterval: lock,
    maxStalledCount: MOST_ATTEMPTS - 1,
  });
  worker.on("error", () => undefined);
  // Whoever lost the lock is not the only one at the job any more.
  worker.on("lockRenewalFailed", (ids) => ids.forEach((id) => processes.end(id)));
  worker.on("failed", (job, error) => job && void giveUp(job, error, options));
  await worker.waitUntilReady();
  options.onReady?.();
  await untilStopped(worker, processes, signal);
  processes.close();
  connection.disconnect();
}

/** The processes that do a worker's jobs: as many as it does at once, each used again. */
class JobProcesses {
  private readonly idle: JobProcess[] = [];
  private readonly running = new Map<string, JobProcess>();

  constructor(private readonly options: WorkerOptions) {}

  async do(job: Job<QueuedJob>): Promise<JobEnd> {
    const { command, execution, mayFetch = false, onJob, store } = this.options;
    onJob?.(job.data, "begun");
    const process = this.free() ?? new JobProcess(command);
    this.running.set(job.id!, process);
    try {
      const order = { job: job.data.job, store: store ?? job.data.store, execution, mayFetch };
      const end = await process.do(order, (stage) => tell(job, stage));
      onJob?.(job.data, end);
      return end;
    } finally {
      this.running.delete(job.id!);
      if (process.isUsable) this.idle.push(process);
    }
  }

  /** Ends the one that is at a job. */
  end(id: string): void {
    this.running.get(id)?.end();
  }

  /** Asks all to hand back what they are at. */
  stop(): void {
    for (const process of this.running.values()) process.stop();
  }

  close(): void {
    for (const process of this.idle) process.end();
  }

  private free(): JobProcess | undefined {
    for (;;) {
      const process = this.idle.pop();
      if (!process || process.isUsable) return process;
    }
  }
}

/** For those who watch; that nobody hears it does not harm the job. */
function tell(job: Job<QueuedJob>, what: JobStage | { readonly handedBack: string }): void {
  const progress: JobProgress = { worker: `${hostname()}-${process.pid}`, ...what };
  void job.updateProgress(progress).catch(() => undefined);
}

/** After the last attempt, or when its workers died at it too often, the sentence goes into the store and the rest goes on. */
async function giveUp(
  { data, attemptsMade }: Job<QueuedJob>,
  { message }: Error,
  options: WorkerOptions,
): Promise<void> {
  const stalled = /stalled more than/.test(message);
  if (attemptsMade < MOST_ATTEMPTS && !stalled) return;
  const sentence = stalled ? `Its workers died at it ${MOST_ATTEMPTS} times, so it is not given to another.` : message;
  const effort = { machine: thisMachine(options.execution), attempts: MOST_ATTEMPTS, seconds: 0 };
  try {
    await openStore(options.store ?? data.store).fail(data.job, { code: "queue", message: sentence }, effort);
  } catch (error) {
    // Whoever submitted the job learns of it from the queue.
    options.onJob?.(data, { kind: "machine", sentence: (error as Error).message });
  }
}

function untilStopped(worker: Worker, processes: JobProcesses, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      processes.stop();
      worker.close().then(resolve, reject);
    };
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
  });
}
