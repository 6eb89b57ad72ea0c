// Where the time goes: three kinds of work, each in a process of its own whose sessions write traces.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { Executor } from "../engine/activations/executor.ts";
import { UnitSpace } from "../engine/circuit/unit-set.ts";
import { Evaluator } from "../engine/evaluate/evaluator.ts";
import { openModel } from "../engine/model/open.ts";
import { edgeTask } from "../engine/session/edge-task.ts";
import { onlySearch, pruneTask } from "../engine/session/prune-task.ts";
import { EMBEDDED } from "./head-circuits.ts";
import { inFolder } from "./temporary-folder.ts";
import { sweepHeads } from "./head-sweep.ts";
import { benchExamples } from "./prompts.ts";
import { timed } from "./timed.ts";
import { readTraces, type Shares, sharesOf } from "./trace.ts";

const workFlag = "--measure-time-shares";

const WORK = {
  "sweep of 270 heads, SmolLM2": smollm2Sweep,
  "search for heads, embedded model": (threads: number) =>
    pruneTask({ ...EMBEDDED, units: ["head"], ...onlySearch }, { execution: { threads } }),
  "ten circuits of edges, embedded model": (threads: number) =>
    edgeTask(
      { ...EMBEDDED, method: "attribution", steps: 1, order: "magnitude", prune: false },
      { execution: { threads } },
    ),
} as const;
type WorkName = keyof typeof WORK;
const NAMES = Object.keys(WORK) as WorkName[];

export interface TimeShares {
  readonly work: string;
  /** Without tracing, which costs time itself; the shares are of the traced run. */
  readonly seconds: number;
  readonly shares: Shares;
}

export async function measureTimeShares(threads: number): Promise<TimeShares[]> {
  const all: TimeShares[] = [];
  for (const work of NAMES) all.push({ work, seconds: run(work, threads), shares: await tracedShares(work, threads) });
  return all;
}

function tracedShares(work: WorkName, threads: number): Promise<Shares> {
  return inFolder((traces) => {
    const seconds = run(work, threads, traces);
    return sharesOf(readTraces(traces), seconds);
  });
}

/** @returns seconds of the work alone, without starting the process */
function run(work: WorkName, threads: number, traces?: string): number {
  const script = fileURLToPath(import.meta.url);
  const args = [...process.execArgv, script, workFlag, work, String(threads)];
  const env = { ...process.env, ...(traces !== undefined && { SECATEUR_TRACES: traces }) };
  const done = spawnSync(process.execPath, args, { encoding: "utf8", env });
  if (done.status !== 0) throw new Error(done.stderr || `${work}: the process was ended by ${done.signal}`);
  return Number(done.stdout);
}

async function smollm2Sweep(threads: number): Promise<void> {
  const model = openModel("smollm2");
  const executor = new Executor(model, { threads });
  const space = new UnitSpace(model.config, ["head"]);
  const evaluator = await Evaluator.create(executor, benchExamples("all three names"), {
    metric: "logit-difference",
    ablation: { kind: "resample", reference: "paired", perPosition: false },
    space,
  });
  await sweepHeads(evaluator);
  await executor.dispose();
  model.close();
}

if (process.argv[2] === workFlag) {
  const [name, threads] = process.argv.slice(3);
  const { seconds } = await timed<unknown>(() => WORK[name as WorkName](Number(threads)));
  process.stdout.write(String(seconds));
}
