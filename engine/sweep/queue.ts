// The queue between those who submit a sweep and its workers: BullMQ on Redis or Valkey. It is a cache of work; truth lies in the store.
import type { Queue } from "bullmq";
import type { Redis } from "ioredis";
import { say } from "../base/sentence.ts";
import { EngineError } from "../base/errors.ts";
import type { SweepJob } from "./sweep-job.ts";

export const QUEUE = "secateur-jobs";

/** What a worker is handed. */
export interface QueuedJob {
  readonly job: SweepJob;
  /** Where the one who submitted it keeps results; a worker may know the same store under another path. */
  readonly store: string;
}

/** How far a job is that a worker is at, or why a worker has handed it back. */
export type JobProgress = { readonly worker: string } & (
  { readonly stage: string; readonly done: number; readonly total: number } | { readonly handedBack: string }
);

/** How often the queue hands out a job whose machine was at fault, before it is given up. */
export const MOST_ATTEMPTS = 3;

/** Redis keeps the order of jobs with a priority in 53 bits, of which BullMQ has so many values for the priority. */
export const LEAST_PRIORITY = 2_097_151;

/** What a job does while it is in the queue; those that failed are kept for a while, so that every worker can tell why. */
export const JOB_OPTIONS = {
  attempts: MOST_ATTEMPTS,
  backoff: { type: "fixed", delay: 500 },
  removeOnComplete: true,
  removeOnFail: { age: 600 },
} as const;

/**
 * A connection that answers, and that waits for a server which goes away afterwards.
 *
 * @throws EngineError "usage" for an address of another kind; "queue" where nothing answers there, or it refuses
 */
export async function connected(url: string): Promise<Redis> {
  if (!/^rediss?:\/\/\S+$/.test(url)) {
    throw new EngineError(
      "usage",
      say`"${url}" is no address of a queue; write redis://HOST:PORT or redis://:PASSWORD@HOST:PORT.`,
    );
  }
  const { Redis: Client } = await import("ioredis");
  // On a command line others can read it.
  const password = process.env.SECATEUR_QUEUE_PASSWORD;
  const secret = password === undefined || withoutPassword(url) !== url ? {} : { password };
  await asked(
    new Client(url, { ...secret, lazyConnect: true, retryStrategy: () => null, maxRetriesPerRequest: 0 }),
    url,
  );
  const connection = new Client(url, { ...secret, maxRetriesPerRequest: null });
  // Whoever waits for an answer hears of it; without a listener the process would end.
  connection.on("error", () => undefined);
  return connection;
}

/** Asks once, and never again. */
async function asked(client: Redis, url: string): Promise<void> {
  let reason: Error | undefined;
  client.on("error", (error: Error) => (reason ??= error));
  try {
    await client.connect();
    await client.ping();
  } catch (error) {
    const { message } = reason ?? (error as Error);
    const sentence = /WRONGPASS|NOAUTH|invalid password/i.test(message)
      ? say`refuses the password; write redis://:PASSWORD@HOST:PORT with the right one`
      : say`does not answer (${message}); start Redis or Valkey there, or correct the address`;
    throw new EngineError("queue", say`${withoutPassword(url)}: ${sentence}.`);
  } finally {
    client.disconnect();
  }
}

/** As it may be shown. */
export const withoutPassword = (url: string): string => url.replace(/\/\/[^@/]*@/, "//");

export async function openQueue(connection: Redis): Promise<Queue<QueuedJob>> {
  const { Queue: Client } = await import("bullmq");
  const queue = new Client<QueuedJob>(QUEUE, { connection });
  queue.on("error", () => undefined);
  return queue;
}
