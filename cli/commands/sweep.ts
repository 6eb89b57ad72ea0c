// `secateur sweep`: one verb over a grid of tasks, models, seeds and settings; what is done already is not done again.
import { say } from "../../engine/base/sentence.ts";
import { type Command, InvalidArgumentError } from "commander";
import { EngineError } from "../../engine/base/errors.ts";
import { openStore } from "../../engine/sweep/open-store.ts";
import { prometheusText } from "../../engine/sweep/prometheus.ts";
import { missing, runHere } from "../../engine/sweep/run-here.ts";
import { LEAST_PRIORITY } from "../../engine/sweep/queue.ts";
import { type QueueState, queueState } from "../../engine/sweep/queue-state.ts";
import { runOnQueue, withdraw } from "../../engine/sweep/run-on-queue.ts";
import type { SweepJob } from "../../engine/sweep/sweep-job.ts";
import { onlyCells, readSweep, storeOf } from "../../engine/sweep/sweep-plan.ts";
import { reportOf, type SweepReport } from "../../engine/sweep/sweep-report.ts";
import type { SweepStore } from "../../engine/sweep/sweep-store.ts";
import { interruptible } from "../interrupt.ts";
import { print, printData, printJson, printMessage } from "../output.ts";
import { addSettings, typedExecution } from "../settings-options.ts";
import { queueText, sweepCsv, sweepText } from "../sweep-table.ts";
import { z } from "zod";
import { SweepProgress } from "./sweep-progress.ts";

interface SweepFlags {
  readonly store?: string;
  readonly only?: readonly string[];
  readonly limit?: number;
  readonly dryRun?: boolean;
  readonly queue?: string;
  readonly priority?: number;
  readonly withdraw?: boolean;
  readonly json?: boolean;
  readonly csv?: boolean;
  readonly prometheus?: boolean;
  readonly quiet?: boolean;
}

export function addSweep(program: Command): void {
  const command = program
    .command("sweep")
    .description("Runs one verb over a grid of tasks, models, seeds and settings, and skips what is done already.")
    .argument("<file>", "The sweep file; see docs/sweeps.md.");
  addSettings(addChoice(command), z.strictObject({}))
    .option("--limit <n>", "Does so many of the missing jobs at most.", countOf)
    .option("--dry-run", "Says how many jobs there are and what they would cost, and does none.")
    .option("--queue <address>", "Has workers do the jobs, over this Redis or Valkey, such as redis://HOST:6379.")
    .option("--priority <n>", "Has jobs of sweeps with a smaller number taken first (default: 0).", priorityOf)
    .option("--withdraw", "Takes the jobs that no worker has begun out of the queue again, and does none.")
    .addHelpText(
      "after",
      "\nExamples:\n  secateur sweep sweeps/ablations.yaml --dry-run\n  secateur sweep sweeps/ablations.yaml --only task=ioi\n  secateur sweep sweeps/ablations.yaml --queue redis://127.0.0.1:6379\n  secateur sweep status sweeps/ablations.yaml --csv",
    )
    .action((file: string, flags: SweepFlags, own: Command) => sweep(file, flags, own));
  addChoice(command.command("status"))
    .description("Says which jobs of a sweep are done, and what they found.")
    .argument("<file>", "The sweep file; see docs/sweeps.md.")
    .option("--queue <address>", "Says also which workers there are and what they are at.")
    .option("--prometheus", "Prints the numbers of jobs as Prometheus reads them.")
    .action((file: string, _: unknown, own: Command) => status(file, own.optsWithGlobals<SweepFlags>()));
}

function addChoice(command: Command): Command {
  return command
    .option(
      "--store <place>",
      "Keeps results there: a folder, or a bucket as s3://BUCKET/FOLDER (default: the sweep file's name with .store behind it).",
    )
    .option("--only <axis=value...>", "Takes only the cells that have these values, such as task=ioi.")
    .option("--json", "Prints the whole report as JSON.")
    .option("--csv", "Prints a row for each job as CSV.")
    .option("--quiet", "Prints no messages.");
}

function countOf(text: string): number {
  const count = Number(text);
  if (Number.isSafeInteger(count) && count > 0) return count;
  throw new InvalidArgumentError("Give a whole number of at least 1.");
}

function priorityOf(text: string): number {
  const priority = Number(text);
  if (Number.isSafeInteger(priority) && priority >= 0 && priority <= LEAST_PRIORITY) return priority;
  throw new InvalidArgumentError(`Give a whole number of 0 to ${LEAST_PRIORITY}.`);
}

function opened(file: string, { store, only = [] }: SweepFlags) {
  const plan = readSweep(file);
  return { plan, jobs: onlyCells(plan, only), store: openStore(store ?? storeOf(file)) };
}

async function sweep(file: string, flags: SweepFlags, own: Command): Promise<void> {
  const { plan, jobs, store } = opened(file, flags);
  if (plan.repeated > 0 && !flags.quiet) {
    printMessage(`note: ${plan.repeated} cells ask for what another cell asks for already; they are done once.`);
  }
  const wanting = await missing(jobs, store);
  if (flags.dryRun) return printCost(jobs, wanting, store);
  if (flags.withdraw) return withdrawn(wanting, flags);
  const todo = wanting.slice(0, flags.limit);
  if (flags.queue !== undefined) await overQueue(todo, store, flags.queue, flags);
  else await here(todo, store, flags, own);
  show({ report: await reportOf(plan, jobs, store) }, flags);
}

async function withdrawn(jobs: readonly SweepJob[], { queue }: SweepFlags): Promise<void> {
  if (queue === undefined)
    throw new EngineError("usage", say`--withdraw takes jobs out of a queue; name it with --queue.`);
  const count = await withdraw(jobs, queue);
  printData(`${count} jobs were taken out of the queue; ${jobs.length} are missing in the store.`);
}

async function overQueue(
  todo: readonly SweepJob[],
  store: SweepStore,
  queue: string,
  flags: SweepFlags,
): Promise<void> {
  const progress = new SweepProgress(flags);
  await interruptible(
    (signal) =>
      runOnQueue(todo, store, queue, {
        priority: flags.priority,
        signal,
        onDone: progress.onDone,
        onProgress: progress.onProgress,
      }).finally(() => progress.stop()),
    "Stopped watching; workers go on with what is queued, `sweep status` shows it, and --withdraw takes it back.",
  );
}

async function here(todo: readonly SweepJob[], store: SweepStore, flags: SweepFlags, own: Command): Promise<void> {
  const progress = new SweepProgress(flags);
  await interruptible(
    (signal) =>
      runHere(todo, store, {
        execution: typedExecution(own),
        signal,
        onDone: progress.onDone,
        onStage: (job, stage, done, total) => progress.onProgress(job, { worker: "here", stage, done, total }),
      }).finally(() => progress.stop()),
    `Stopped; what is done stays in ${store.files.name}, and the same command goes on.`,
  );
}

async function status(file: string, flags: SweepFlags): Promise<void> {
  const { plan, jobs, store } = opened(file, flags);
  const report = await reportOf(plan, jobs, store);
  const queue = flags.queue === undefined ? undefined : await queueState(jobs, flags.queue);
  show({ report, queue }, flags);
}

/** What is missing, and what it would take where jobs of the sweep were measured before. */
async function printCost(jobs: readonly SweepJob[], wanting: readonly SweepJob[], store: SweepStore): Promise<void> {
  const records = await store.records(jobs.map(({ id }) => id));
  const seconds = records.flatMap((record) => (record?.state === "finished" ? [record.seconds] : []));
  const each = seconds.reduce((sum, value) => sum + value, 0) / seconds.length;
  const cost =
    seconds.length === 0
      ? "Nothing was measured yet, so their cost is not known; --limit 1 measures one."
      : `About ${Math.round(each * wanting.length)} s, at ${each.toFixed(1)} s a job (mean of ${seconds.length} that are done).`;
  printData(`${jobs.length} jobs, ${jobs.length - wanting.length} done, ${wanting.length} missing. ${cost}`);
}

/** What the store has, and what the queue says where it was asked. */
interface Shown {
  readonly report: SweepReport;
  readonly queue?: QueueState | undefined;
}

function show({ report, queue }: Shown, flags: SweepFlags): void {
  if (flags.json) return printJson(queue ? { ...report, queue } : report);
  if (flags.csv) return printData(sweepCsv(report));
  if (flags.prometheus) return print(process.stdout, prometheusText(report, queue));
  printData(queue ? `${sweepText(report)}\n\n${queueText(queue)}` : sweepText(report));
}
