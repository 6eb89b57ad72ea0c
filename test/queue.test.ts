// Sweeps over a queue: workers that are killed, stopped and poisoned, a server that is restarted, and what is in the store in the end.
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, test, vi } from "vitest";
import { Random } from "../engine/base/random.ts";
import type { JobProgress } from "../engine/sweep/queue.ts";
import { queueState } from "../engine/sweep/queue-state.ts";
import { openStore } from "../engine/sweep/open-store.ts";
import { runHere } from "../engine/sweep/run-here.ts";
import { runOnQueue, withdraw } from "../engine/sweep/run-on-queue.ts";
import type { SweepJob } from "../engine/sweep/sweep-job.ts";
import { readSweep } from "../engine/sweep/sweep-plan.ts";
import { work } from "../engine/sweep/worker.ts";
import { downloadModel } from "../engine/model/hub-download.ts";
import { BucketFiles, bucketPlace } from "../engine/sweep/bucket-files.ts";
import { SweepStore } from "../engine/sweep/sweep-store.ts";
import { BUCKET, startBucketServer } from "./bucket-server.ts";
import { HubServer } from "./hub-server.ts";
import { tinyPath } from "./reference/tiny-models.ts";
import { PASSWORD, RedisServer, redisVersion } from "./redis-server.ts";

vi.setConfig({ testTimeout: 300_000, hookTimeout: 60_000 });

const folder = mkdtempSync(join(tmpdir(), "queue-"));
const idle = () => new AbortController().signal;
const program = inject("commandLine");
const running = new Set<ChildProcess>();
afterAll(() => {
  for (const worker of running) worker.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
});

/** Lenses of short texts: a fraction of a second each. */
function lenses(count: number, name: string): readonly SweepJob[] {
  const texts = Array.from({ length: count }, (_, n) => JSON.stringify(`The ${name} ${n}`));
  const path = join(folder, `${name}.yaml`);
  writeFileSync(path, `name: ${name}\nverb: lens\ngrid: { text: [${texts.join(", ")}] }\n`);
  return readSweep(path).jobs;
}

/** One prune, of some seconds with so many examples, of which every trial is in its journal. */
function pruning(name: string, discovery: number): readonly SweepJob[] {
  const path = join(folder, `${name}.yaml`);
  const task = join(process.cwd(), "tasks/ioi.yaml");
  const settings = `{ units: [head], examples: { discovery: ${discovery}, heldOut: 8, validation: 8 }, random: 0, parts: false, roles: false, connections: false }`;
  writeFileSync(path, `name: ${name}\nverb: prune\ntasks: [${task}]\nsettings: ${settings}\n`);
  return readSweep(path).jobs;
}

const storeOf = (name: string) => openStore(join(folder, name));
const contents = async (jobs: readonly SweepJob[], name: string) =>
  (await storeOf(name).records(jobs.map(({ id }) => id))).map((record) => record?.content?.sha256);
const objects = (name: string) =>
  readdirSync(join(folder, name, "objects"), { recursive: true, encoding: "utf8" }).filter((file) =>
    file.endsWith(".json"),
  );

type OnJob = NonNullable<Parameters<typeof work>[0]["onJob"]>;

/** A worker in this process whose jobs a script of the test's does. */
function scriptedWorker(url: string, script: string, onJob?: OnJob, lock = 2_000) {
  const stopping = new AbortController();
  const command = { file: script, args: [] };
  const working = work({ url, jobs: 1, lock, execution: {}, command, signal: stopping.signal, onJob });
  return {
    stop: () => {
      stopping.abort();
      return working;
    },
  };
}

/** Scripts end with their worker. */
function writeScript(name: string, text: string): string {
  const script = join(folder, name);
  writeFileSync(script, `process.on("disconnect", () => process.exit(1));\n${text}`);
  return script;
}

interface WorkerProcess {
  readonly process: ChildProcess;
  /** Resolves when it has said something like this. */
  said(text: RegExp): Promise<void>;
}

/** A worker as a person starts it, that is taken for dead after two seconds. */
function startWorker(
  url: string,
  {
    more = [],
    environment = {},
    detached = false,
  }: { more?: readonly string[]; environment?: NodeJS.ProcessEnv; detached?: boolean } = {},
): WorkerProcess {
  const args = [program, "worker", "--queue", url, "--threads", "1", "--lock-seconds", "2", ...more];
  const env = { ...process.env, ...environment };
  const started = spawn(process.execPath, args, { stdio: ["ignore", "ignore", "pipe"], env, detached });
  running.add(started);
  let text = "";
  started.stderr!.on("data", (piece) => (text += String(piece)));
  const said = (wanted: RegExp) =>
    new Promise<void>((resolve) => {
      const look = () => wanted.test(text) && resolve();
      started.stderr!.on("data", look);
      look();
    });
  return { process: started, said };
}

function kill({ process: worker }: WorkerProcess): void {
  worker.kill("SIGKILL");
  running.delete(worker);
}

if (redisVersion === undefined) {
  test.skip("sweeps over a queue: there is no redis-server on this machine", () => undefined);
} else {
  let redis: RedisServer;
  beforeAll(async () => {
    mkdirSync(join(folder, "redis"));
    redis = await RedisServer.start(join(folder, "redis"));
  });
  afterAll(() => redis.kill());

  describe(`a queue on Redis ${redisVersion}`, () => {
    test("24 jobs, workers killed again and again, the server killed and started in the middle: every result once, with the bytes that it has without a queue", async () => {
      const jobs = lenses(24, "many-kills");
      const plain = runHere(jobs, storeOf("plain"), { signal: idle(), execution: { threads: 1 } });
      const workers = [1, 2, 3].map(() => startWorker(redis.url));
      const random = Random.seeded(25, "kills");
      // Moments and workers are drawn, the same ones in every run.
      const kills = new Set(Array.from({ length: 4 }, () => 1 + random.below(20)));
      const seen: (string | undefined)[] = [];
      let restarted: Promise<void> | undefined;
      await runOnQueue(jobs, storeOf("queued"), redis.url, {
        signal: idle(),
        onDone: (done, _total, record) => {
          if (record) seen.push(record.id);
          if (kills.has(done)) {
            const which = random.below(3);
            kill(workers[which]!);
            workers[which] = startWorker(redis.url);
          }
          if (done === 12) restarted = redis.kill().then(() => redis.start());
        },
      });
      await Promise.all([restarted, plain]);
      for (const worker of workers) kill(worker);
      expect(new Set(seen).size).toBe(24);
      expect(seen).toHaveLength(24);
      expect(await contents(jobs, "queued")).toEqual(await contents(jobs, "plain"));
      expect(objects("queued").sort()).toEqual(objects("plain").sort());
      const [one] = objects("plain");
      expect(readFileSync(join(folder, "queued/objects", one!))).toEqual(
        readFileSync(join(folder, "plain/objects", one!)),
      );
    });

    test("a worker that stands still loses its job to another, which goes on from the journal; woken up, it spoils nothing", async () => {
      const jobs = pruning("still", 64);
      const plain = runHere(jobs, storeOf("still-plain"), { signal: idle(), execution: { threads: 1 } });
      const first = startWorker(redis.url);
      const done = runOnQueue(jobs, storeOf("still"), redis.url, { signal: idle() });
      await first.said(/begun/);
      first.process.kill("SIGSTOP");
      const second = startWorker(redis.url);
      await second.said(/begun/);
      first.process.kill("SIGCONT");
      await Promise.all([done, plain]);
      kill(first);
      kill(second);
      expect(await contents(jobs, "still")).toEqual(await contents(jobs, "still-plain"));
      expect((await storeOf("still").record(jobs[0]!.id))!.others).toBeUndefined();
    });

    test("an engine that blocks its process does not lose its job: the lock is renewed beside it, and nobody else begins", async () => {
      const [job] = lenses(1, "blocked");
      const go = join(folder, "blocked-may-go");
      // As ONNX Runtime's run() does: nothing else happens in the process meanwhile.
      const script = writeScript(
        "blocks.mjs",
        `import { existsSync } from "node:fs";
        const wait = new Int32Array(new SharedArrayBuffer(4));
                process.on("message", () => {
          while (!existsSync(${JSON.stringify(go)})) Atomics.wait(wait, 0, 0, 20);
          process.send({ end: { kind: "done", state: "failed" } });
        });`,
      );
      const told: string[] = [];
      const worker = (name: string) =>
        scriptedWorker(
          redis.url,
          script,
          ({ job: own }, end) => {
            told.push(`${name} ${end === "begun" ? end : end.kind}`);
            if (end !== "begun") void storeOf("blocked").fail(own, { code: "usage", message: "in vain" }, EFFORT);
          },
          1_000,
        );
      const first = worker("first");
      const done = runOnQueue([job!], storeOf("blocked"), redis.url, { signal: idle() });
      await vi.waitUntil(() => told.length > 0, PATIENT);
      const second = worker("second");
      await renewed(redis, job!.id, 4);
      writeFileSync(go, "");
      await done;
      await Promise.all([first.stop(), second.stop()]);
      expect(told).toEqual(["first begun", "first done"]);
    });

    test("a job whose lock is lost is ended at once and done again by whoever takes it, once", async () => {
      const [job] = lenses(1, "lost");
      const begun = join(folder, "lost-begun");
      // Waits for ever the first time, and is done the second.
      const script = writeScript(
        "waits.mjs",
        `import { existsSync, writeFileSync } from "node:fs";
        process.on("message", () => {
          if (existsSync(${JSON.stringify(begun)})) return process.send({ end: { kind: "done", state: "failed" } });
          writeFileSync(${JSON.stringify(begun)}, "");
          setInterval(() => undefined, 1_000);
        });`,
      );
      const ends: string[] = [];
      const worker = scriptedWorker(
        redis.url,
        script,
        ({ job: own }, end) => {
          if (end === "begun") return;
          ends.push(end.kind);
          if (end.kind === "done") void storeOf("lost").fail(own, { code: "usage", message: "in vain" }, EFFORT);
        },
        1_000,
      );
      const done = runOnQueue([job!], storeOf("lost"), redis.url, { signal: idle() });
      await vi.waitUntil(() => existsSync(begun), PATIENT);
      await redis.ask((client) => client.del(lockOf(job!.id)));
      await done;
      await worker.stop();
      expect(ends).toEqual(["ended", "done"]);
    });

    test("a store that takes no more is the machine's fault: the job is tried again and done once there is room", async () => {
      const [job] = lenses(1, "full");
      // The folder of the objects is a file: nothing can be written beneath it, as on a full disk.
      const objects = join(folder, "full", "objects");
      mkdirSync(join(folder, "full"));
      writeFileSync(objects, "");
      const ends: string[] = [];
      const stopping = new AbortController();
      const working = work({
        url: redis.url,
        jobs: 1,
        lock: 2_000,
        execution: { threads: 1 },
        command: { file: program, args: ["worker-job"] },
        signal: stopping.signal,
        onJob: (_, end) => {
          if (end === "begun") return;
          if (ends.push(end.kind === "machine" ? end.sentence : end.kind) === 1) rmSync(objects);
        },
      });
      await runOnQueue([job!], storeOf("full"), redis.url, { signal: idle() });
      stopping.abort();
      await working;
      expect(ends).toEqual([expect.stringMatching(/full\/objects\/.*: a part of the path is no folder/), "done"]);
      expect((await storeOf("full").record(job!.id))!.state).toBe("finished");
    });

    test("the state of a sweep names its workers and what they are at", async () => {
      const [job, other] = lenses(2, "state");
      const script = writeScript(
        "tells.mjs",
        `        process.on("message", (message) =>
          process.send(
            message === "stop"
              ? { end: { kind: "stopped", sentence: "" } }
              : { stage: { stage: "reading", done: 3, total: 9 } },
          ),
        );`,
      );
      const watching = new AbortController();
      const seen = new Promise<JobProgress>((resolve) => {
        runOnQueue([job!, other!], storeOf("state"), redis.url, {
          signal: watching.signal,
          onProgress: (_, progress) => resolve(progress),
        }).catch(() => undefined);
      });
      const worker = scriptedWorker(redis.url, script);
      expect(await seen).toMatchObject({ stage: "reading", done: 3, total: 9 });
      const state = await queueState([job!, other!], redis.url);
      expect(state).toMatchObject({ workers: 1, waiting: 1, active: [{ at: job!.at, progress: { done: 3 } }] });
      watching.abort();
      await worker.stop();
      expect(await withdraw([job!, other!], redis.url)).toBe(2);
    });

    test("a job at which every process dies is given up after three attempts, and the rest goes on", async () => {
      const [poisoned, ...others] = lenses(3, "poison");
      const ends = new Map<string, string[]>();
      const note = (id: string, kind: string) => ends.set(id, [...(ends.get(id) ?? []), kind]);
      const script = writeScript(
        "dies.mjs",
        `        process.on("message", ({ job }) => {
          if (job.id === ${JSON.stringify(poisoned!.id)}) process.exit(7);
          process.send({ end: { kind: "done", state: "failed" } });
        });`,
      );
      const worker = scriptedWorker(redis.url, script, ({ job }, end) => {
        if (end !== "begun") note(job.id, end.kind);
        if (end !== "begun" && end.kind === "done")
          void storeOf("poison").fail(job, { code: "usage", message: "asked for in vain" }, EFFORT);
      });
      await runOnQueue([poisoned!, ...others], storeOf("poison"), redis.url, { signal: idle() });
      await worker.stop();
      expect(ends.get(poisoned!.id)).toEqual(["ended", "ended", "ended"]);
      expect((await storeOf("poison").record(poisoned!.id))!.failure).toEqual({
        code: "queue",
        message: "The engine's process ended (exit code 7) before the job was done.",
      });
      expect(others.map(({ id }) => ends.get(id))).toEqual([["done"], ["done"]]);
    });

    test("a worker without the job's model hands it back with a sentence, and it can be withdrawn", async () => {
      const [job] = lenses(1, "foreign");
      const other = { ...job!, model: { ...job!.model!, sha256: "0".repeat(64) } };
      const watching = new AbortController();
      const stopping = new AbortController();
      const sentence = new Promise<string>((resolve) => {
        void work({
          url: redis.url,
          jobs: 1,
          lock: 2_000,
          execution: {},
          command: { file: program, args: ["worker-job"] },
          signal: stopping.signal,
          onJob: (_, end) => end !== "begun" && end.kind === "lacking" && resolve(end.sentence),
        });
      });
      const waiting = runOnQueue([other], storeOf("foreign"), redis.url, { signal: watching.signal });
      expect(await sentence).toMatch(
        /^No model here has the weights that sprig has in this job \(0{12}…\)\. Put it here, or let this worker fetch it/,
      );
      watching.abort();
      await expect(waiting).rejects.toMatchObject({ code: "cancelled" });
      stopping.abort();
      expect(await withdraw([other], redis.url)).toBe(1);
      expect(await storeOf("foreign").record(other.id)).toBeUndefined();
    });

    test("a model is fetched by a worker that may, and by no other: the job is handed back with a sentence that whoever waits for it hears", async () => {
      const files = ["config.json", "tokenizer.json", "tokenizer_config.json", "model.safetensors"];
      const hub = await HubServer.start(
        new Map(files.map((name) => [name, readFileSync(tinyPath(`models/llama/${name}`))])),
      );
      vi.stubEnv("HF_ENDPOINT", hub.address);
      vi.stubEnv("HF_HUB_CACHE", join(folder, "own-hub"));
      await downloadModel("tiny/llama");
      hub.log = [];
      const path = join(folder, "fetched.yaml");
      writeFileSync(path, "name: fetched\nverb: lens\nmodels: [tiny/llama]\nsettings: { text: A b c }\n");
      const { jobs } = readSweep(path);
      await runHere(jobs, storeOf("fetched-plain"), { signal: idle() });
      const elsewhere = { HF_ENDPOINT: hub.address, HF_HUB_CACHE: join(folder, "another-hub") };

      const mayNot = startWorker(redis.url, { environment: elsewhere });
      const watching = new AbortController();
      const waiting = { signal: watching.signal, onProgress: (_: SweepJob, told: JobProgress) => void said.push(told) };
      const said: JobProgress[] = [];
      const inVain = runOnQueue(jobs, storeOf("fetched"), redis.url, waiting);
      await vi.waitUntil(async () => (await queueState(jobs, redis.url)).handedBack.length > 0, PATIENT);
      await vi.waitUntil(() => said.length > 0, PATIENT);
      expect(said[0]).toEqual({
        worker: expect.any(String) as string,
        handedBack: expect.stringMatching(/^No model here has the weights that tiny\/llama has in this job/) as string,
      });
      expect(hub.log).toEqual([]);
      kill(mayNot);
      watching.abort();
      await expect(inVain).rejects.toMatchObject({ code: "cancelled" });
      await withdraw(jobs, redis.url);

      const may = startWorker(redis.url, { more: ["--allow-fetch"], environment: elsewhere });
      await runOnQueue(jobs, storeOf("fetched"), redis.url, { signal: idle() });
      kill(may);
      expect(hub.log.filter((line) => line.startsWith("store"))).toEqual(["store GET /model.safetensors whole"]);
      expect(await contents(jobs, "fetched")).toEqual(await contents(jobs, "fetched-plain"));
      vi.unstubAllEnvs();
      hub.close();
    });

    test.each([
      ["while its engine is at work", "SIGINT"],
      ["while its engine is being started", "SIGTERM"],
    ] as const)(
      "a worker whose whole group is stopped %s, by %s, hands the job back, and it is not held against the job",
      async (when, signal) => {
        const jobs = pruning(`stopped-${signal.toLowerCase()}`, 64);
        const worker = startWorker(redis.url, { detached: true });
        const gone = once(worker.process, "exit");
        const watching = new AbortController();
        let isAtWork = false;
        const waiting = runOnQueue(jobs, storeOf(`stopped-${signal}`), redis.url, {
          signal: watching.signal,
          onProgress: () => (isAtWork = true),
        });
        await worker.said(/begun/);
        if (when === "while its engine is at work") await vi.waitUntil(() => isAtWork, PATIENT);
        process.kill(-worker.process.pid!, signal);
        expect(await gone).toEqual([130, null]);
        running.delete(worker.process);
        await worker.said(/error: Stopped; jobs that were begun are in the queue again/);
        expect(await queueState(jobs, redis.url)).toMatchObject({ waiting: 1, active: [] });
        watching.abort();
        await expect(waiting).rejects.toMatchObject({ code: "cancelled" });
        const attempts = await redis.ask((client) => client.hget(`bull:secateur-jobs:${jobs[0]!.id}`, "atm"));
        expect(Number(attempts ?? 0)).toBe(0);
        expect(await withdraw(jobs, redis.url)).toBe(1);
      },
    );

    test("a sweep over a bucket, a worker killed in the middle: the same files as in a folder, byte by byte", async () => {
      const jobs = [...lenses(6, "bucket"), ...pruning("bucket-prune", 8)];
      const inFolder = runHere(jobs, storeOf("bucket-plain"), { signal: idle(), execution: { threads: 1 } });
      const server = await startBucketServer(join(folder, "bucket-server"), false);
      const address = `s3://${BUCKET}/sweeps/one`;
      const bucket = new SweepStore(new BucketFiles(address, bucketPlace(address, server.environment)));
      const start = () => startWorker(redis.url, { environment: server.environment });
      const first = start();
      let second: WorkerProcess | undefined;
      await runOnQueue(jobs, bucket, redis.url, {
        signal: idle(),
        onDone: (done) => {
          if (done !== 3) return;
          kill(first);
          second = start();
        },
      });
      kill(second!);
      await inFolder;
      const ids = jobs.map(({ id }) => id);
      const plain = await contents(jobs, "bucket-plain");
      expect((await bucket.records(ids)).map((record) => record?.content?.sha256)).toEqual(plain);
      for (const hash of plain) {
        const name = `objects/${hash!.slice(0, 2)}/${hash}.json`;
        expect(await bucket.files.read(name)).toEqual(new Uint8Array(readFileSync(join(folder, "bucket-plain", name))));
      }
      expect((await Promise.all(ids.map((id) => bucket.attempts(id)))).flat()).toEqual([]);
      await server.close();
    });

    test("jobs go to the queue in pieces, and those of a sweep with a smaller number are taken first", async () => {
      const [many, few] = [lenses(20, "many"), lenses(2, "few")];
      const begun: string[] = [];
      const waiting: Promise<number>[] = [];
      const script = writeScript(
        "nothing.mjs",
        `        process.on("message", () => process.send({ end: { kind: "done", state: "failed" } }));`,
      );
      const all = runOnQueue(many, storeOf("many"), redis.url, { signal: idle(), priority: 7, mostQueued: 4 });
      const first = runOnQueue(few, storeOf("few"), redis.url, { signal: idle() });
      await vi.waitUntil(async () => (await queueState([...many, ...few], redis.url)).waiting === 6, PATIENT);
      const worker = scriptedWorker(redis.url, script, ({ job, store }, end) => {
        if (end !== "begun") return void openStore(store).fail(job, { code: "usage", message: "in vain" }, EFFORT);
        begun.push(job.id);
        waiting.push(queueState(many, redis.url).then((state) => state.waiting + state.active.length));
      });
      await Promise.all([all, first]);
      await worker.stop();
      expect(begun.slice(0, 2)).toEqual(few.map(({ id }) => id));
      expect([...begun].sort()).toEqual([...many, ...few].map(({ id }) => id).sort());
      expect(Math.max(...(await Promise.all(waiting)))).toBe(4);
    });

    test("a wrong password, an address where nothing answers and one of another kind are sentences", async () => {
      const ask = (url: string) => runOnQueue([], storeOf("none"), url, { signal: idle() });
      const wrong = redis.url.replace(PASSWORD, "another");
      await expect(ask(wrong)).rejects.toThrow(`redis://127.0.0.1:${redis.port}: refuses the password`);
      await expect(ask("redis://127.0.0.1:1")).rejects.toThrow("redis://127.0.0.1:1: does not answer");
      await expect(ask("http://127.0.0.1")).rejects.toThrow('"http://127.0.0.1" is no address of a queue');
    });
  });
}

/** Conditions are looked at often, and waited for long. */
const PATIENT = { timeout: 60_000, interval: 10 };

const lockOf = (id: string) => `bull:secateur-jobs:${id}:lock`;

/** Resolves once the lock of a job was renewed so many times: its time to live has grown instead of running out. */
async function renewed(redis: RedisServer, id: string, times: number): Promise<void> {
  await redis.ask(async (client) => {
    let last = await client.pttl(lockOf(id));
    for (let count = 0; count < times;) {
      const now = await client.pttl(lockOf(id));
      if (now > last) count++;
      last = now;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  });
}

const EFFORT = {
  machine: { worker: "w", platform: "p", processor: "c", threads: 1, node: "n", onnxruntime: "o", secateur: "s" },
  attempts: 1,
  seconds: 0,
};

// The rest needs no server.
test("two attempts at one job that begin at once have journals of their own, and the next one has a number of its own", async () => {
  const store = storeOf("numbers");
  const [one, other] = await Promise.all([store.beginAttempt("ab12"), store.beginAttempt("ab12")]);
  expect(one.attempt.file).not.toBe(other.attempt.file);
  await store.keepJournal(one.attempt, new TextEncoder().encode("one\n"));
  await store.keepJournal(other.attempt, new TextEncoder().encode("two\n"));
  const journals = await Promise.all([one, other].map(({ attempt }) => store.journal(attempt)));
  expect(journals.map((bytes) => new TextDecoder().decode(bytes))).toEqual(["one\n", "two\n"]);
  expect((await store.beginAttempt("ab12")).attempt.number).toBe(2);
});

test("journals lie in folders by the beginning of their hash; those of a store that was begun before are gone on from, and all go when the job is done", async () => {
  const store = storeOf("older");
  const older = "journals/cd34/0003-abcdefabcdef.jsonl";
  await store.files.write(older, new TextEncoder().encode("older\n"));
  const { attempt, before } = await store.beginAttempt("cd34");
  expect(new TextDecoder().decode(before)).toBe("older\n");
  expect([attempt.number, attempt.file]).toEqual([4, expect.stringMatching(/^journals\/cd\/cd34\/0004-/)]);
  expect((await store.attempts("cd34")).map(({ file }) => file)).toEqual([older, attempt.file]);
  await store.dropJournals("cd34");
  expect(await store.attempts("cd34")).toEqual([]);
  expect(readdirSync(join(folder, "older/journals"), { recursive: true })).toEqual(["cd"]);
});
