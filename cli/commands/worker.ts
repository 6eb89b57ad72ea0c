// `secateur worker`: takes jobs of sweeps from a queue, on as many machines as there are.
import { type Command, InvalidArgumentError } from "commander";
import { z } from "zod";
import { EngineError } from "../../engine/base/errors.ts";
import { say } from "../../engine/base/sentence.ts";
import type { FetchModel } from "../../engine/sweep/job-model.ts";
import type { JobEnd } from "../../engine/sweep/job-process.ts";
import { serveJobs } from "../../engine/sweep/job-process.ts";
import type { QueuedJob } from "../../engine/sweep/queue.ts";
import { withoutPassword } from "../../engine/sweep/queue.ts";
import type { JobModel } from "../../engine/sweep/sweep-job.ts";
import { spelled } from "../../engine/sweep/sweep-plan.ts";
import { work } from "../../engine/sweep/worker.ts";
import { fetchModel } from "../fetch-model.ts";
import { interruptible } from "../interrupt.ts";
import { printMessage } from "../output.ts";
import { addSettings, typedExecution } from "../settings-options.ts";

interface WorkerFlags {
  readonly queue: string;
  readonly store?: string;
  readonly jobs: number;
  readonly lockSeconds: number;
  readonly allowFetch?: boolean;
  readonly quiet?: boolean;
}

/** The command that a job's own process runs. */
const JOB = "worker-job";

export function addWorker(program: Command): void {
  const command = program
    .command("worker")
    .description("Takes jobs of sweeps from a queue and does them, until it is stopped.");
  addSettings(command, z.strictObject({}))
    .requiredOption("--queue <address>", "Takes jobs from this Redis or Valkey, such as redis://:PASSWORD@HOST:6379.")
    .option(
      "--store <place>",
      "Keeps results there, a folder or s3://BUCKET/FOLDER (default: where the sweep that a job is of keeps them).",
    )
    .option("--jobs <n>", "Does so many jobs at once.", countOf, 1)
    .option("--lock-seconds <n>", "Is taken for dead when it is not heard of for so long.", countOf, 30)
    .option(
      "--allow-fetch",
      "Fetches a model that a job needs and that is not here; without it the job is handed back.",
    )
    .option("--quiet", "Prints no messages.")
    .addHelpText("after", "\nExample:\n  secateur worker --queue redis://127.0.0.1:6379 --jobs 2")
    .action((flags: WorkerFlags, own: Command) => worker(flags, own));
  program
    .command(JOB, { hidden: true })
    .description("Does the jobs that a worker hands over, one after the other.")
    .action(() => serveJobs(fetchJobModel));
}

function countOf(text: string): number {
  const count = Number(text);
  if (Number.isSafeInteger(count) && count > 0 && count <= 86_400) return count;
  throw new InvalidArgumentError("Give a whole number of 1 to 86400.");
}

/** From the Hub the very commit that the sweep was made with. */
async function fetchJobModel({ source }: JobModel, hooks: Parameters<FetchModel>[1]): Promise<void> {
  const [name = "", revision] = source.split("@");
  await fetchModel(name, { ...(revision !== undefined && { revision }), ...hooks });
}

async function worker(
  { queue, store, jobs, lockSeconds, allowFetch, quiet }: WorkerFlags,
  own: Command,
): Promise<void> {
  const tell = (sentence: string) => (quiet ? undefined : printMessage(sentence));
  const farewell = "Stopped; jobs that were begun are in the queue again, and go on from where they stood.";
  const run = async (signal: AbortSignal) => {
    await work({
      url: queue,
      store,
      jobs,
      lock: 1000 * lockSeconds,
      execution: typedExecution(own),
      mayFetch: allowFetch,
      command: { file: process.argv[1], args: [JOB] },
      signal,
      onReady: () => tell(`takes jobs from ${withoutPassword(queue)}, ${jobs} at once; Ctrl-C stops it.`),
      onJob: (job, end) => tell(`${named(job)}: ${said(end)}`),
    });
    // It ends when it is stopped, and not before.
    throw new EngineError("cancelled", say`${farewell}`);
  };
  await interruptible(run, farewell, ["SIGINT", "SIGTERM"]);
}

function named({ job }: QueuedJob): string {
  const at = Object.entries(job.at).map(([name, value]) => `${name} ${spelled(value)}`);
  return [job.verb, ...at].join(", ");
}

function said(end: JobEnd | "begun"): string {
  if (end === "begun") return "begun";
  switch (end.kind) {
    case "done":
      return end.state;
    case "lacking":
      return `handed back: ${end.sentence}`;
    case "machine":
    case "ended":
      return `did not end: ${end.sentence}`;
    case "stopped":
      return "stopped, and handed back";
    default:
      return end satisfies never;
  }
}
