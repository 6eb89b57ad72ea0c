// What the queue costs: many jobs that do nothing, and short real ones here, on one worker and on two; over a Redis of its own.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openStore } from "../engine/sweep/open-store.ts";
import { runHere } from "../engine/sweep/run-here.ts";
import { runOnQueue } from "../engine/sweep/run-on-queue.ts";
import type { SweepJob } from "../engine/sweep/sweep-job.ts";
import { readSweep } from "../engine/sweep/sweep-plan.ts";
import { work } from "../engine/sweep/worker.ts";
import { RedisServer, redisVersion } from "../test/redis-server.ts";
import { inFolder } from "./temporary-folder.ts";
import { timed } from "./timed.ts";

const emptyJobs = 10_000;
const shortJobs = 40;
const idle = () => new AbortController().signal;

export interface QueueFigures {
  readonly redis: string;
  /** Of jobs that do nothing. */
  readonly empty: {
    readonly jobs: number;
    readonly submitSeconds: number;
    readonly doneSeconds: number;
    /** Bytes: more than before, with all jobs waiting. */
    readonly redisBytes: number;
    readonly submitterBytes: number;
  };
  /** Seconds for so many lenses of short texts. */
  readonly short: { readonly jobs: number; readonly here: number; readonly one: number; readonly two: number };
}

/** Undefined where there is no Redis on this machine. */
export function measureQueue(): Promise<QueueFigures | undefined> {
  if (redisVersion === undefined) return Promise.resolve(undefined);
  return inFolder(async (folder) => {
    mkdirSync(join(folder, "redis"));
    const server = await RedisServer.start(join(folder, "redis"));
    try {
      return {
        redis: redisVersion!,
        empty: await measureEmpty(folder, server),
        short: await measureShort(folder, server),
      };
    } finally {
      await server.kill();
    }
  });
}

function lenses(folder: string, name: string, count: number): readonly SweepJob[] {
  const path = join(folder, `${name}.yaml`);
  const texts = Array.from({ length: count }, (_, n) => JSON.stringify(`The ${name} ${n}`));
  writeFileSync(path, `name: ${name}\nverb: lens\ngrid: { text: [${texts.join(", ")}] }\n`);
  return readSweep(path).jobs;
}

async function measureEmpty(folder: string, server: RedisServer): Promise<QueueFigures["empty"]> {
  const jobs = lenses(folder, "empty", emptyJobs);
  const script = join(folder, "nothing.mjs");
  // Writes the record that a job leaves, and nothing else.
  writeFileSync(
    script,
    `import { mkdirSync, writeFileSync } from "node:fs";
    const machine = { worker: "w", platform: "p", processor: "c", threads: 1, node: "n", onnxruntime: "o", secateur: "s" };
    const failure = { code: "usage", message: "nothing was asked for" };
    process.on("disconnect", () => process.exit(1));
    process.on("message", ({ job, store }) => {
      const { id, verb, verbVersion, settings, at } = job;
      const folder = \`\${store}/jobs/\${id.slice(0, 2)}/\${id}\`;
      const when = new Date().toISOString();
      mkdirSync(folder, { recursive: true });
      const own = { id, verb, verbVersion, settings, at, state: "failed", failure, attempts: 1, seconds: 0, when, machine };
      writeFileSync(folder + "/failure.json", JSON.stringify({ format: "secateur.sweep-job", version: 1, ...own }));
      process.send({ end: { kind: "done", state: "failed" } });
    });`,
  );
  const usedBytes = () =>
    server.ask(async (client) => Number(/used_memory:(\d+)/.exec(await client.info("memory"))![1]));
  const waiting = () => server.ask((client) => client.llen("bull:secateur-jobs:wait"));
  const [redisBefore, ownBefore] = [await usedBytes(), process.memoryUsage().rss];
  const began = performance.now();
  const done = runOnQueue(jobs, openStore(join(folder, "store-empty")), server.url, { signal: idle() });
  while ((await waiting()) < jobs.length) await new Promise((resolve) => setTimeout(resolve, 20));
  const submitSeconds = (performance.now() - began) / 1000;
  const [redisBytes, submitterBytes] = [(await usedBytes()) - redisBefore, process.memoryUsage().rss - ownBefore];
  const stopping = new AbortController();
  const command = { file: script, args: [] };
  const working = work({ url: server.url, jobs: 1, lock: 30_000, execution: {}, command, signal: stopping.signal });
  const { seconds: doneSeconds } = await timed(() => done);
  stopping.abort();
  await working;
  return { jobs: jobs.length, submitSeconds, doneSeconds, redisBytes, submitterBytes };
}

async function measureShort(folder: string, server: RedisServer): Promise<QueueFigures["short"]> {
  const execution = { threads: 1 };
  const here = async (name: string, count: number) =>
    runHere(lenses(folder, name, count), openStore(join(folder, `store-${name}`)), { execution, signal: idle() });
  const queued = async (name: string, count: number) =>
    runOnQueue(lenses(folder, name, count), openStore(join(folder, `store-${name}`)), server.url, { signal: idle() });
  await here("warm", 4);
  const { seconds: plain } = await timed(() => here("here", shortJobs));
  const workers = [await startWorker(server.url)];
  await queued("warm-one", 4);
  const { seconds: one } = await timed(() => queued("one", shortJobs));
  workers.push(await startWorker(server.url));
  await queued("warm-two", 8);
  const { seconds: two } = await timed(() => queued("two", shortJobs));
  for (const worker of workers) worker.kill("SIGKILL");
  return { jobs: shortJobs, here: plain, one, two };
}

/** A worker as a person starts it, once it takes jobs. */
async function startWorker(url: string): Promise<ChildProcess> {
  const args = [...process.execArgv, "cli/main.ts", "worker", "--queue", url, "--threads", "1"];
  const worker = spawn(process.execPath, args, { stdio: ["ignore", "ignore", "pipe"] });
  await new Promise<void>((resolve, reject) => {
    worker.once("exit", (code) => reject(new Error(`the worker ended with exit code ${code}`)));
    worker.stderr.on("data", (text) => /takes jobs/.test(String(text)) && resolve());
  });
  return worker;
}
