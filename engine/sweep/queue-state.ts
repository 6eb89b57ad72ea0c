// What the queue knows of a sweep at this moment: who works, at what, and how much waits.
import type { Job } from "bullmq";
import { connected, type JobProgress, openQueue, type QueuedJob } from "./queue.ts";
import type { SweepJob } from "./sweep-job.ts";

export interface QueueState {
  /** Workers that are there, whatever they are at. */
  readonly workers: number;
  /** Jobs of this sweep that nobody has begun, also those that were handed back. */
  readonly waiting: number;
  readonly active: readonly ActiveJob[];
}

export interface ActiveJob {
  readonly at: SweepJob["at"];
  /** Undefined until it has told how far it is. */
  readonly progress: JobProgress | undefined;
}

/** @throws EngineError "usage", "queue" as `connected` */
export async function queueState(jobs: readonly SweepJob[], url: string): Promise<QueueState> {
  const connection = await connected(url);
  const queue = await openQueue(connection);
  const own = new Set(jobs.map(({ id }) => id));
  const isOwn = (job: Job<QueuedJob> | undefined) => job?.id !== undefined && own.has(job.id);
  try {
    const [workers, active, waiting] = await Promise.all([
      queue.getWorkersCount(),
      queue.getActive(),
      queue.getJobs(["waiting", "delayed", "prioritized"]),
    ]);
    return {
      workers,
      waiting: waiting.filter(isOwn).length,
      active: active.filter(isOwn).map(({ data, progress }) => ({
        at: data.job.at,
        progress: typeof progress === "object" ? (progress as JobProgress) : undefined,
      })),
    };
  } finally {
    await queue.close();
    connection.disconnect();
  }
}
