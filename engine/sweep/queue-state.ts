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
  /** Jobs that workers could not do, which others may. */
  readonly handedBack: readonly HandedBack[];
}

export interface ActiveJob {
  readonly at: SweepJob["at"];
  /** Undefined until it has told how far it is. */
  readonly progress: Extract<JobProgress, { readonly stage: string }> | undefined;
}

export interface HandedBack {
  readonly at: SweepJob["at"];
  readonly worker: string;
  readonly sentence: string;
}

/** @throws EngineError "usage", "queue" as `connected` */
export async function queueState(jobs: readonly SweepJob[], url: string): Promise<QueueState> {
  const connection = await connected(url);
  const queue = await openQueue(connection);
  const own = new Set(jobs.map(({ id }) => id));
  const isOwn = (job: Job<QueuedJob> | undefined) => job?.id !== undefined && own.has(job.id);
  try {
    const [workers, active, delayed, waiting] = await Promise.all([
      queue.getWorkersCount(),
      queue.getActive(),
      queue.getDelayed(),
      queue.getRanges(["wait", "prioritized"], 0, -1),
    ]);
    const late = delayed.filter(isOwn);
    return {
      workers,
      waiting: waiting.filter((id) => own.has(id)).length + late.length,
      active: active.filter(isOwn).map(({ data, progress }) => ({ at: data.job.at, progress: stageOf(progress) })),
      handedBack: late.flatMap(({ data, progress }) => handedBack(data.job.at, progress)),
    };
  } finally {
    await queue.close();
    connection.disconnect();
  }
}

function stageOf(progress: Job["progress"]): ActiveJob["progress"] {
  const said = toldIn(progress);
  return said && "stage" in said ? said : undefined;
}

function handedBack(at: SweepJob["at"], progress: Job["progress"]): HandedBack[] {
  const said = toldIn(progress);
  return said && "handedBack" in said ? [{ at, worker: said.worker, sentence: said.handedBack }] : [];
}

/** Undefined where no worker has told anything of the job yet. */
function toldIn(progress: Job["progress"]): JobProgress | undefined {
  return typeof progress === "object" ? (progress as JobProgress) : undefined;
}
