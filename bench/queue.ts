// What the queue costs: many jobs that do nothing, and real ones here, on one worker and on two; over a Redis of its own.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { openStore } from "../engine/sweep/open-store.ts";
import { runHere } from "../engine/sweep/run-here.ts";
import { QUEUE } from "../engine/sweep/queue.ts";
import { runOnQueue, withdraw } from "../engine/sweep/run-on-queue.ts";
import type { SweepJob } from "../engine/sweep/sweep-job.ts";
import { readSweep } from "../engine/sweep/sweep-plan.ts";
import { work } from "../engine/sweep/worker.ts";
import { RedisServer, redisVersion } from "../test/redis-server.ts";
import { inFolder } from "./temporary-folder.ts";
import { timed } from "./timed.ts";

const emptyJobs = 10_000;
/** Real jobs of one kind in a row, and how often here and the queue take turns. */
const realJobs = 10;
const rounds = 7;
const idle = () => new AbortController().signal;

export interface QueueFigures {
  readonly redis: string;
  readonly empty: EmptyFigures;
  readonly real: readonly RealFigures[];
}

/** Of jobs that do nothing. */
interface EmptyFigures {
  readonly jobs: number;
  /** Until all jobs of the sweep file are known: each checked against the verb, with its id. */
  readonly planSeconds: number;
  /** Without a priority, and with one. */
  readonly submitSeconds: readonly [number, number];
  readonly doneSeconds: number;
  /** Until the store has told of each job that it is done. */
  readonly askSeconds: number;
  /** Bytes: more than before, with all jobs known. */
  readonly planBytes: number;
  /** Bytes: more than before, with all jobs waiting. */
  readonly redisBytes: number;
}

/** The least over the rounds for so many jobs, since other work only adds; CPU time is that of all processes, undefined where it is not told (outside Linux). */
export interface RealFigures {
  readonly title: string;
  readonly jobs: number;
  readonly here: Cost;
  readonly one: Cost;
  readonly two: Cost;
}

interface Cost {
  readonly seconds: number;
  readonly cpu: number | undefined;
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
        real: await measureReal(folder, server),
      };
    } finally {
      await server.kill();
    }
  });
}

/** @param name of its own for each sweep, so that none is done already */
type Sweep = (folder: string, name: string, count: number) => readonly SweepJob[];

const lenses: Sweep = (folder, name, count) => {
  const path = join(folder, `${name}.yaml`);
  const texts = Array.from({ length: count }, (_, n) => JSON.stringify(`The ${name} ${n}`));
  writeFileSync(path, `name: ${name}\nverb: lens\ngrid: { text: [${texts.join(", ")}] }\n`);
  return readSweep(path).jobs;
};

/** As those of the shipped sweep, of its shortest task. */
const prunes: Sweep = (folder, name, count) => {
  const path = join(folder, `${name}.yaml`);
  const settings =
    "{ units: [head], confidence: 0, examples: { discovery: 32, heldOut: 64 }, random: 0, parts: false, roles: false, connections: false }";
  const seeds = `{ from: ${nextSeed}, count: ${count} }`;
  nextSeed += count;
  const task = join(process.cwd(), "tasks/pronoun.yaml");
  writeFileSync(path, `name: ${name}\nverb: prune\ntasks: [${task}]\nseeds: ${seeds}\nsettings: ${settings}\n`);
  return readSweep(path).jobs;
};
let nextSeed = 0;

async function measureEmpty(folder: string, server: RedisServer): Promise<EmptyFigures> {
  const ownBefore = heldBytes();
  const { seconds: planSeconds, value: jobs } = await timed(() => Promise.resolve(lenses(folder, "empty", emptyJobs)));
  const planBytes = heldBytes() - ownBefore;
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
  const store = openStore(join(folder, "store-empty"));
  const submitted = async (priority: number, list: "wait" | "prioritized") => {
    const key = `bull:${QUEUE}:${list}`;
    const there = () => server.ask((client) => (list === "wait" ? client.llen(key) : client.zcard(key)));
    const watching = new AbortController();
    const done = runOnQueue(jobs, store, server.url, { signal: watching.signal, priority, mostQueued: emptyJobs });
    const { seconds } = await timed(async () => {
      while ((await there()) < jobs.length) await new Promise((resolve) => setTimeout(resolve, 20));
    });
    return { seconds, done, watching };
  };
  const late = await submitted(5, "prioritized");
  late.watching.abort();
  await late.done.catch(() => undefined);
  await withdraw(jobs, server.url);
  const redisBefore = await usedBytes();
  const { seconds: submitSeconds, done } = await submitted(0, "wait");
  const redisBytes = (await usedBytes()) - redisBefore;
  const stopping = new AbortController();
  const command = { file: script, args: [] };
  const working = work({ url: server.url, jobs: 1, lock: 30_000, execution: {}, command, signal: stopping.signal });
  const { seconds: doneSeconds } = await timed(() => done);
  stopping.abort();
  await working;
  const { seconds: askSeconds } = await timed(() => store.records(jobs.map(({ id }) => id)));
  const submit = [submitSeconds, late.seconds] as const;
  return { jobs: jobs.length, planSeconds, submitSeconds: submit, doneSeconds, askSeconds, planBytes, redisBytes };
}

/** What is in use, without what only waits to be collected. */
function heldBytes(): number {
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
  return process.memoryUsage().heapUsed;
}

async function measureReal(folder: string, server: RedisServer): Promise<RealFigures[]> {
  const workers: number[] = [];
  const children: ChildProcess[] = [];
  const begin = async () => {
    const worker = await startWorker(server.url);
    children.push(worker);
    workers.push(worker.pid!);
  };
  let round = 0;
  const here = async (sweep: Sweep, count: number) => {
    const [jobs, store] = [sweep(folder, `here${++round}`, count), openStore(join(folder, `here${round}`))];
    return costOf([], () => runHere(jobs, store, { execution: { threads: 1 }, signal: idle() }));
  };
  const queued = async (sweep: Sweep, count: number) => {
    const [jobs, store] = [sweep(folder, `queued${++round}`, count), openStore(join(folder, `queued${round}`))];
    return costOf(workers, () => runOnQueue(jobs, store, server.url, { signal: idle() }));
  };
  const kinds = { "lenses of short texts": lenses, "prunes of the shipped sweep": prunes } as const;
  try {
    await begin();
    const first: Omit<RealFigures, "two">[] = [];
    for (const [title, sweep] of Object.entries(kinds)) {
      await here(sweep, 2);
      await queued(sweep, 2);
      const [own, one]: [Cost[], Cost[]] = [[], []];
      for (let r = 0; r < rounds; r++) {
        own.push(await here(sweep, realJobs));
        one.push(await queued(sweep, realJobs));
      }
      first.push({ title, jobs: realJobs, here: least(own), one: least(one) });
    }
    await begin();
    const both: RealFigures[] = [];
    for (const [i, sweep] of Object.values(kinds).entries()) {
      await queued(sweep, 4);
      const two: Cost[] = [];
      for (let r = 0; r < rounds; r++) two.push(await queued(sweep, realJobs));
      both.push({ ...first[i]!, two: least(two) });
    }
    return both;
  } finally {
    for (const worker of children) worker.kill("SIGKILL");
  }
}

/** @param workers processes whose time counts, with that of their children, beside this one's */
async function costOf(workers: readonly number[], doing: () => Promise<unknown>): Promise<Cost> {
  const spent = () => workers.map(cpuOf);
  const [before, own] = [spent(), process.cpuUsage()];
  const { seconds } = await timed(doing);
  const { user, system } = process.cpuUsage(own);
  const theirs = spent().map((now, i) => (now === undefined ? undefined : now - before[i]!));
  const known = theirs.every((one) => one !== undefined);
  return { seconds, cpu: known ? theirs.reduce((sum, one) => sum + one, (user + system) / 1e6) : undefined };
}

/** Linux tells processor time in hundredths of a second. */
const tick = 0.01;

/** Seconds of a process and its children, as /proc has them. */
function cpuOf(pid: number): number | undefined {
  try {
    // Behind the name in brackets, which may hold anything: state is field 3, utime and stime are 14 and 15.
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
      .replace(/^.*\) /s, "")
      .split(" ");
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ").filter(Boolean);
    const theirs = children.map((child) => cpuOf(Number(child)) ?? 0);
    return tick * (Number(fields[11]) + Number(fields[12])) + theirs.reduce((sum, one) => sum + one, 0);
  } catch {
    return undefined;
  }
}

function least(costs: readonly Cost[]): Cost {
  const cpus = costs.flatMap(({ cpu }) => cpu ?? []);
  return {
    seconds: Math.min(...costs.map(({ seconds }) => seconds)),
    cpu: cpus.length < costs.length ? undefined : Math.min(...cpus),
  };
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
