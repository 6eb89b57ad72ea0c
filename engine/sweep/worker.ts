// Takes jobs of sweeps from the queue and has each done by a process of its own, until it is told to stop.
import type { Job, Worker } from "bullmq";
import type { Execution } from "../choices/execution.ts";
import { JobProcess, type JobEnd } from "./job-process.ts";
import { thisMachine } from "./machine.ts";
import { openStore } from "./open-store.ts";
import { connected, MOST_ATTEMPTS, QUEUE, type QueuedJob } from "./queue.ts";

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
  /** What runs `serveJob`. */
  readonly command: { readonly file: string; readonly args: readonly string[] };
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
  const running = new Map<string, JobProcess>();
  const handBack = async (job: Job<QueuedJob>, token: string | undefined, wait: number): Promise<never> => {
    await job.moveToDelayed(Date.now() + wait, token);
    throw new DelayedError();
  };
  const take = async (job: Job<QueuedJob>, token: string | undefined): Promise<string> => {
    if (signal.aborted) return handBack(job, token, 0);
    const end = await inProcess(job, running, options);
    switch (end.kind) {
      case "done":
        return end.state;
      case "lacking":
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
  worker.on("lockRenewalFailed", (ids) => ids.forEach((id) => running.get(id)?.end()));
  worker.on("failed", (job, error) => job && giveUp(job, error, options));
  await worker.waitUntilReady();
  options.onReady?.();
  await untilStopped(worker, running, signal);
  connection.disconnect();
}

async function inProcess(
  job: Job<QueuedJob>,
  running: Map<string, JobProcess>,
  options: WorkerOptions,
): Promise<JobEnd> {
  const { command, execution, onJob } = options;
  onJob?.(job.data, "begun");
  const process = new JobProcess(command, { job: job.data.job, store: options.store ?? job.data.store, execution });
  running.set(job.id!, process);
  try {
    const end = await process.ended;
    onJob?.(job.data, end);
    return end;
  } finally {
    running.delete(job.id!);
  }
}

/** After the last attempt, or when its workers died at it too often, the sentence goes into the store and the rest goes on. */
function giveUp({ data, attemptsMade }: Job<QueuedJob>, { message }: Error, options: WorkerOptions): void {
  const stalled = /stalled more than/.test(message);
  if (attemptsMade < MOST_ATTEMPTS && !stalled) return;
  const sentence = stalled ? `Its workers died at it ${MOST_ATTEMPTS} times, so it is not given to another.` : message;
  const effort = { machine: thisMachine(options.execution), attempts: MOST_ATTEMPTS, seconds: 0 };
  try {
    openStore(options.store ?? data.store).fail(data.job, { code: "queue", message: sentence }, effort);
  } catch (error) {
    // Whoever submitted the job learns of it from the queue.
    options.onJob?.(data, { kind: "machine", sentence: (error as Error).message });
  }
}

function untilStopped(worker: Worker, running: ReadonlyMap<string, JobProcess>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      for (const process of running.values()) process.stop();
      worker.close().then(resolve, reject);
    };
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
  });
}
