// Submits the jobs of a sweep to the queue and waits until the store has a record of each.
import type { Queue } from "bullmq";
import type { Redis } from "ioredis";
import { EngineError } from "../base/errors.ts";
import type { JobRecord } from "./job-record.ts";
import { thisMachine } from "./machine.ts";
import { connected, JOB_OPTIONS, type JobProgress, MOST_ATTEMPTS, openQueue, QUEUE, type QueuedJob } from "./queue.ts";
import type { SweepJob } from "./sweep-job.ts";
import type { SweepStore } from "./sweep-store.ts";

/** Jobs that go to the server in one message. */
const atOnce = 500;
/** How often the queue is compared with what is waited for, ms: events are lost where the server is restarted. */
const compareEvery = 1_000;

export interface QueueHooks {
  readonly signal: AbortSignal;
  readonly onDone?: (done: number, total: number, record?: JobRecord) => void;
  /** How far a job is that a worker is at. */
  readonly onProgress?: (job: SweepJob, progress: JobProgress) => void;
}

/**
 * A job that the queue has already is not put there twice. What the queue loses is put there again.
 *
 * @throws EngineError "queue"; "cancelled" when the signal fires: what is queued stays there, and workers go on with it
 */
export async function runOnQueue(
  jobs: readonly SweepJob[],
  store: SweepStore,
  url: string,
  hooks: QueueHooks,
): Promise<void> {
  const connection = await connected(url);
  const queue = await openQueue(connection);
  try {
    const waiting = new Waiting(jobs, store, queue, hooks);
    await waiting.untilDone(await eventsOf(connection));
  } finally {
    await queue.close();
    connection.disconnect();
  }
}

/** Takes jobs of a sweep that nobody has begun out of the queue. @returns how many there were */
export async function withdraw(jobs: readonly SweepJob[], url: string): Promise<number> {
  const connection = await connected(url);
  const queue = await openQueue(connection);
  try {
    let count = 0;
    for (const { id } of jobs) count += await removed(queue, id);
    return count;
  } finally {
    await queue.close();
    connection.disconnect();
  }
}

/** 0 for a job that is not there, or that a worker is at. */
async function removed(queue: Queue<QueuedJob>, id: string): Promise<number> {
  try {
    return await queue.remove(id);
  } catch {
    return 0;
  }
}

interface Events {
  /** Calls back with each job that leaves the queue, and with how far those are that workers are at. */
  listen(left: (id: string) => void, at: (id: string, progress: JobProgress) => void): void;
  close(): Promise<void>;
}

async function eventsOf(connection: Redis): Promise<Events> {
  const { QueueEvents } = await import("bullmq");
  const own = connection.duplicate();
  own.on("error", () => undefined);
  const events = new QueueEvents(QUEUE, { connection: own });
  events.on("error", () => undefined);
  return {
    listen: (left, at) => {
      events.on("completed", ({ jobId }) => left(jobId));
      events.on("failed", ({ jobId }) => left(jobId));
      events.on("progress", ({ jobId, data }) => at(jobId, data as unknown as JobProgress));
    },
    close: async () => {
      await events.close();
      own.disconnect();
    },
  };
}

class Waiting {
  private readonly left: Map<string, SweepJob>;
  /** Failures that the store had before: the jobs are tried again. */
  private readonly before = new Map<string, string>();

  constructor(
    private readonly jobs: readonly SweepJob[],
    private readonly store: SweepStore,
    private readonly queue: Queue<QueuedJob>,
    private readonly hooks: QueueHooks,
  ) {
    this.left = new Map(jobs.map((job) => [job.id, job]));
  }

  async untilDone(events: Events): Promise<void> {
    const { signal, onDone, onProgress } = this.hooks;
    try {
      onDone?.(0, this.jobs.length);
      await this.noteFailures();
      events.listen(
        // A store that does not answer is asked again by `compare`, which tells of it.
        (id) => void this.look(id).catch(() => undefined),
        (id, progress) => {
          const job = this.left.get(id);
          if (job) onProgress?.(job, progress);
        },
      );
      await this.put(this.jobs);
      while (this.left.size > 0) {
        if (signal.aborted) throw new EngineError("cancelled", "Stopped on request.");
        await pause(compareEvery, signal);
        await this.compare();
      }
    } finally {
      await events.close();
    }
  }

  private async noteFailures(): Promise<void> {
    const records = await this.store.records(this.jobs.map(({ id }) => id));
    for (const record of records) if (record) this.before.set(record.id, record.when);
  }

  private async put(jobs: readonly SweepJob[]): Promise<void> {
    const store = this.store.files.name;
    for (let at = 0; at < jobs.length; at += atOnce) {
      if (this.hooks.signal.aborted) return;
      const some = jobs.slice(at, at + atOnce);
      // What failed before is still known there, and would not be taken again.
      await Promise.all(some.map(({ id }) => removed(this.queue, id)));
      await this.queue.addBulk(
        some.map((job) => ({ name: job.verb, data: { job, store }, opts: { ...JOB_OPTIONS, jobId: job.id } })),
      );
    }
  }

  /** Whether a job that is waited for is done by now. */
  private async look(id: string): Promise<boolean> {
    if (!this.left.has(id)) return true;
    const record = await this.store.record(id);
    if (!record || (record.state === "failed" && record.when === this.before.get(id))) return false;
    // Two may have looked at once.
    if (this.left.delete(id)) this.hooks.onDone?.(this.jobs.length - this.left.size, this.jobs.length, record);
    return true;
  }

  /** Looks after jobs whose end was not heard of, where the queue holds fewer than are waited for. */
  private async compare(): Promise<void> {
    const { active = 0, waiting = 0, delayed = 0, prioritized = 0 } = await this.queue.getJobCounts();
    if (active + waiting + delayed + prioritized >= this.left.size) return;
    const lost: SweepJob[] = [];
    for (const job of [...this.left.values()]) {
      if (await this.look(job.id)) continue;
      const state = await this.queue.getJobState(job.id);
      if (state === "failed") await this.giveUp(job);
      else if (state === "unknown" && !(await this.look(job.id))) lost.push(job);
    }
    await this.put(lost);
  }

  /** Where the worker that gave a job up could not say so in the store. @throws EngineError "disk" where this one cannot either */
  private async giveUp(job: SweepJob): Promise<void> {
    if (await this.look(job.id)) return;
    const message = (await this.queue.getJob(job.id))?.failedReason ?? "No worker could do it.";
    const effort = { machine: thisMachine({}), attempts: MOST_ATTEMPTS, seconds: 0 };
    await this.store.fail(job, { code: "queue", message }, effort);
    await this.look(job.id);
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", done, { once: true });
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    }
  });
}
