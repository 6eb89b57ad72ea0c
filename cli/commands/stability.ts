// `secateur stability`: the search again on other examples, fewer and more of them: how alike the circuits are, how many suffice.
import { type Command, InvalidArgumentError, Option } from "commander";
import { writeFileAtomic } from "../../engine/base/atomic-file.ts";
import { formatCircuit } from "../../engine/circuit/circuit-file.ts";
import type { Circuit } from "../../engine/circuit/circuit-schema.ts";
import { requireMeasured, withStability } from "../../engine/circuit/statistics.ts";
import type { UnitKind } from "../../engine/circuit/unit.ts";
import { readCircuitFile } from "../../engine/session/circuit-source.ts";
import { searchedAgain, type StabilityProgress, stabilityTask } from "../../engine/session/stability-task.ts";
import { interruptible } from "../interrupt.ts";
import {
  addCriterionOptions,
  addTaskOptions,
  parsePositive,
  parseUnits,
  type TaskFlags,
  taskSettings,
} from "../options.ts";
import { printData, printJson, printMessage, requireWritable } from "../output.ts";
import { progressBar } from "../progress.ts";
import { stabilityTable } from "../statistics-table.ts";

interface StabilityFlags extends TaskFlags {
  readonly units: readonly UnitKind[];
  readonly runs: number;
  readonly sizes: readonly number[];
  readonly circuit?: string;
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
    .option(
      "--circuit <file>",
      "search as this circuit was searched for, compare with it, and write the figures into it",
    )
    .option("--json", "print it as JSON")
    .addHelpText(
      "after",
      "\nExamples:\n  secateur stability tasks/ioi.yaml --runs 10 --sizes 16,64" +
        "\n  secateur stability tasks/ioi.yaml --circuit ioi.circuit.json",
    )
    .action((task: string, flags: StabilityFlags, own: Command) => stability(task, flags, own));
}

function parseSizes(text: string): number[] {
  const sizes = text.split(",").map(Number);
  if (sizes.every((size) => Number.isInteger(size) && size > 0)) return [...new Set(sizes)].sort((a, b) => a - b);
  throw new InvalidArgumentError("Give whole numbers above 0, such as 16,32,64.");
}

async function stability(task: string, flags: StabilityFlags, command: Command): Promise<void> {
  const { circuit: file, runs, sizes, threads } = flags;
  const reference = file === undefined ? undefined : { file, circuit: requireMeasured(readCircuitFile(file), file) };
  if (file !== undefined) requireWritable(file);
  const settings = settingsOf(task, flags, command, reference?.circuit);
  const bar = progressBar();
  const onProgress = ({ searches, ofSearches, done, total }: StabilityProgress) =>
    bar.on("searching", done, total, `examples, ${searches} of ${ofSearches} searches`);
  const outcome = await interruptible(
    (signal) =>
      stabilityTask({ ...settings, runs, sizes }, { threads, signal, onProgress }, reference).finally(() => bar.stop()),
    "Stopped.",
  );
  if (flags.json) printJson(outcome);
  else printData(stabilityTable(outcome));
  if (!reference) return;
  writeFileAtomic(reference.file, formatCircuit(withStability(reference.circuit, outcome)));
  printMessage(`wrote the figures into ${reference.file}`);
}

/** What a circuit was searched with stands before the defaults of the command line, not before what was typed. */
function settingsOf(task: string, flags: StabilityFlags, command: Command, circuit: Circuit | undefined) {
  const { units } = flags;
  const plain = { ...taskSettings(task, flags), units };
  if (!circuit) return plain;
  const isTyped = (name: string) => command.getOptionValueSource(name) === "cli";
  const model = isTyped("model") ? plain.model : undefined;
  return searchedAgain(circuit, { ...plain, model, units: isTyped("units") ? units : undefined });
}
