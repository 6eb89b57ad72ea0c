// `secateur stability`: the search again on other examples, fewer and more of them: how alike the circuits are, how many suffice.
import { type Command, InvalidArgumentError, Option } from "commander";
import { type UnitKind } from "../../engine/circuit/unit.ts";
import { mean } from "../../engine/evaluate/evaluator.ts";
import { type StabilityOutcome, stabilityTask } from "../../engine/session/stability-task.ts";
import { columns } from "../circuit-table.ts";
import { interruptible } from "../interrupt.ts";
import {
  addCriterionOptions,
  addTaskOptions,
  parsePositive,
  parseUnits,
  type TaskFlags,
  taskSettings,
} from "../options.ts";
import { printData, printJson } from "../output.ts";

interface StabilityFlags extends TaskFlags {
  readonly units: readonly UnitKind[];
  readonly runs: number;
  readonly sizes: readonly number[];
  readonly json?: boolean;
}

export function addStability(program: Command): void {
  const command = program
    .command("stability")
    .argument("<task>", "task file")
    .description("prune again on other examples: how alike the circuits are, and how many examples suffice");
  addCriterionOptions(addTaskOptions(command))
    .addOption(new Option("--units <kinds>", "what may be removed").argParser(parseUnits).default(["head"], "heads"))
    .option("--runs <n>", "searches for each number of examples, each with a seed of its own", parsePositive, 5)
    .addOption(
      new Option("--sizes <list>", "numbers of discovery examples").argParser(parseSizes).default([16, 32, 64, 128]),
    )
    .option("--json", "print it as JSON")
    .addHelpText("after", "\nExample:\n  secateur stability tasks/ioi.yaml --runs 10 --sizes 16,64")
    .action((task: string, flags: StabilityFlags) => stability(task, flags));
}

function parseSizes(text: string): number[] {
  const sizes = text.split(",").map(Number);
  if (sizes.every((size) => Number.isInteger(size) && size > 0)) return [...new Set(sizes)].sort((a, b) => a - b);
  throw new InvalidArgumentError("Give whole numbers above 0, such as 16,32,64.");
}

async function stability(task: string, flags: StabilityFlags): Promise<void> {
  const { units, runs, sizes, threads } = flags;
  const settings = { ...taskSettings(task, flags), units, runs, sizes };
  const report = process.stderr.isTTY
    ? (done: number, total: number) =>
        void process.stderr.write(done === total ? "\r\x1b[K" : `\r${done} of ${total} searches`)
    : undefined;
  const outcome = await interruptible(
    (signal) => stabilityTask(settings, { threads, signal, onProgress: report }),
    "Stopped.",
  );
  if (flags.json) return printJson(outcome);
  printData(tableOf(outcome));
  printData(`\n${enoughOf(outcome, runs)}`);
}

function tableOf({ rows }: StabilityOutcome): string {
  const lines = rows.map(({ discovery, kept, heldOut, holds, jaccard, units }) => [
    String(discovery),
    `${Math.min(...kept)} to ${Math.max(...kept)}`,
    jaccard ? `${jaccard.mean.toFixed(2)} (${jaccard.least.toFixed(2)})` : "",
    mean(heldOut).toFixed(3),
    `${Math.round(100 * holds)} %`,
    units
      .filter(({ share }) => share === 1)
      .map(({ id }) => id)
      .join(" "),
  ]);
  return columns([["examples", "kept", "Jaccard (least)", "f held out", "holds there", "always kept"], ...lines]);
}

function enoughOf({ enough }: StabilityOutcome, runs: number): string {
  return enough === undefined
    ? "At no size that was tried does the criterion hold on held-out examples for every search and every larger size."
    : `From ${enough} discovery examples on the criterion holds on held-out examples for all ${runs} searches.`;
}
