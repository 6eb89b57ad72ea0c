// Submits the jobs of a sweep to the queue and waits until the store has a record of each.
import type { Queue } from "bullmq";
import type { Redis } from "ioredis";
import { EngineError } from "../base/errors.ts";
import { say } from "../base/sentence.ts";
import type { JobRecord } from "./job-record.ts";
import { thisMachine } from "./machine.ts";
import { connected, JOB_OPTIONS, type JobProgress, MOST_ATTEMPTS, openQueue, QUEUE, type QueuedJob } from "./queue.ts";
import type { SweepJob } from "./sweep-job.ts";
import type { SweepStore } from "./sweep-store.ts";

/** Jobs that go to the server in one message. */
const atOnce = 500;
/** So many jobs of a sweep are in the queue at once, however many it has: that bounds the server's memory. */
const mostQueued = 10_000;
/** How often the queue is compared with what is waited for, ms: events are lost where the server is restarted. */
const compareEvery = 1_000;

export interface QueueOptions {
  /** Jobs of a smaller number are taken first, whenever they came (default: 0). */
  readonly priority?: number | undefined;
  /** How many jobs are in the queue at once (default: 10,000). */
  readonly mostQueued?: number;
  readonly signal: AbortSignal;
  readonly onDone?: (done: number, total: number, record?: JobRecord) => void;
  /** How far a job is that a worker is at, or why it was handed back. */
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
  options: QueueOptions,
): Promise<void> {
  const connection = await connected(url);
  const queue = await openQueue(connection);
  try {
    const waiting = new Waiting(jobs, store, queue, options);
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
    for (let at = 0; at < jobs.length; at += atOnce) {
      const some = await Promise.all(jobs.slice(at, at + atOnce).map(({ id }) => removed(queue, id)));
      count += some.reduce((sum, one) => sum + one, 0);
    }
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
  /** In the queue, as far as is known, or with a worker. */
  private readonly queued = new Map<string, SweepJob>();
  /** How many jobs were put there, of the first ones. */
  private put = 0;
  private readonly most: number;
  private done = 0;
  /** Ends the pause between two looks at the queue. */
  private wake: () => void = () => undefined;
  /** Failures that the store had before: the jobs are tried again. */
  private readonly before = new Map<string, string>();

  constructor(
    private readonly jobs: readonly SweepJob[],
    private readonly store: SweepStore,
    private readonly queue: Queue<QueuedJob>,
    private readonly options: QueueOptions,
  ) {
    this.most = options.mostQueued ?? mostQueued;
  }

  async untilDone(events: Events): Promise<void> {
    const { signal, onDone, onProgress } = this.options;
    try {
      onDone?.(0, this.jobs.length);
      events.listen(
        // A store that does not answer is asked again by `compare`, which tells of it.
        (id) => void this.look(id).catch(() => undefined),
        (id, progress) => {
          const job = this.queued.get(id);
          if (job) onProgress?.(job, progress);
        },
      );
      await this.fill();
      while (this.done < this.jobs.length) {
        if (signal.aborted) throw new EngineError("cancelled", say`Stopped on request.`);
        await pause(compareEvery, signal, (wake) => (this.wake = wake));
        await this.compare();
        await this.fill();
      }
    } finally {
      await events.close();
    }
  }

  /** Puts further jobs into the queue, as many as may be there. */
  private async fill(): Promise<void> {
    const { signal } = this.options;
    while (this.put < this.jobs.length && this.queued.size < this.most && !signal.aborted) {
      const some = this.jobs.slice(this.put, this.put + Math.min(atOnce, this.most - this.queued.size));
      this.put += some.length;
      for (const job of some) this.queued.set(job.id, job);
      await this.noteFailures(some);
      await this.submit(some);
    }
  }

  private async noteFailures(jobs: readonly SweepJob[]): Promise<void> {
    const records = await this.store.records(jobs.map(({ id }) => id));
    for (const record of records) if (record) this.before.set(record.id, record.when);
  }

  private async submit(jobs: readonly SweepJob[]): Promise<void> {
    const { priority = 0 } = this.options;
    const store = this.store.files.name;
    // What failed before is still known there, and would not be taken again.
    await Promise.all(jobs.map(({ id }) => removed(this.queue, id)));
    await this.queue.addBulk(
      jobs.map((job) => ({ name: job.verb, data: { job, store }, opts: { ...JOB_OPTIONS, priority, jobId: job.id } })),
    );
  }

  /** Whether a job that is waited for is done by now. */
  private async look(id: string): Promise<boolean> {
    if (!this.queued.has(id)) return true;
    const record = await this.store.record(id);
    if (!record || (record.state === "failed" && record.when === this.before.get(id))) return false;
    // Two may have looked at once.
    if (!this.queued.delete(id)) return true;
    this.done++;
    this.options.onDone?.(this.done, this.jobs.length, record);
    const isHalfEmpty = this.queued.size <= this.most / 2 && this.put < this.jobs.length;
    if (isHalfEmpty || this.done === this.jobs.length) this.wake();
    return true;
  }

  /** Looks after jobs whose end was not heard of: all where the queue holds fewer than are waited for, else some in turn. */
  private async compare(): Promise<void> {
    const { active = 0, waiting = 0, delayed = 0, prioritized = 0 } = await this.queue.getJobCounts();
    const isShort = active + waiting + delayed + prioritized < this.queued.size;
    const some = this.inTurn(isShort ? this.queued.size : atOnce);
    const states = await Promise.all(some.map(({ id }) => this.queue.getJobState(id)));
    const lost: SweepJob[] = [];
    for (const [i, job] of some.entries()) {
      const state = states[i]!;
      if (state !== "failed" && state !== "completed" && state !== "unknown") continue;
      if (await this.look(job.id)) continue;
      if (state === "failed") await this.giveUp(job);
      else lost.push(job);
    }
    for (let at = 0; at < lost.length; at += atOnce) await this.submit(lost.slice(at, at + atOnce));
  }

  /** Those that were not looked at for longest. */
  private inTurn(count: number): SweepJob[] {
    const some = [...this.queued.values()].slice(0, count);
    for (const job of some) {
      this.queued.delete(job.id);
      this.queued.set(job.id, job);
    }
    return some;
  }

  /** Where the worker that gave a job up could not say so in the store. @throws EngineError "disk" where this one cannot either */
  private async giveUp(job: SweepJob): Promise<void> {
    const message = (await this.queue.getJob(job.id))?.failedReason ?? "No worker could do it.";
    const effort = { machine: thisMachine({}), attempts: MOST_ATTEMPTS, seconds: 0 };
    await this.store.fail(job, { code: "queue", message }, effort);
    await this.look(job.id);
  }
}

/** @param onBegin is given what ends it early */
function pause(ms: number, signal: AbortSignal, onBegin: (wake: () => void) => void): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms);
    onBegin(done);
    signal.addEventListener("abort", done, { once: true });
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    }
  });
}
