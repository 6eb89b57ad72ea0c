// `secateur stability`: the search again on other examples, fewer and more of them: how alike the circuits are, how many suffice.
import { basename } from "node:path";
import { type Command, InvalidArgumentError, Option } from "commander";
import { writeFileAtomic } from "../../engine/base/atomic-file.ts";
import { EngineError } from "../../engine/base/errors.ts";
import { absolutePath, stemOf } from "../../engine/base/file-name.ts";
import { formatCircuit } from "../../engine/circuit/circuit-file.ts";
import type { Circuit } from "../../engine/circuit/circuit-schema.ts";
import { type MeasuredCircuit, requireMeasured, withStability } from "../../engine/circuit/statistics.ts";
import type { UnitKind } from "../../engine/circuit/unit.ts";
import { readCircuitFile } from "../../engine/session/circuit-source.ts";
import type { PruneSettings } from "../../engine/session/prune-task.ts";
import { giveBack, newJournalPath } from "../../engine/session/run-store.ts";
import {
  searchedAgain,
  type StabilityProgress,
  type StabilitySettings,
  stabilityTask,
} from "../../engine/session/stability-task.ts";
import { interruptible } from "../interrupt.ts";
import { typed } from "../invocation.ts";
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
import { goOn, requireAlone, stoppedRun } from "../resume.ts";
import { stabilityTable } from "../statistics-table.ts";

interface StabilityFlags extends TaskFlags {
  readonly units: readonly UnitKind[];
  readonly runs: number;
  readonly sizes: readonly number[];
  readonly circuit?: string;
  readonly resume?: string;
  readonly json?: boolean;
}

export function addStability(program: Command): void {
  const command = program
    .command("stability")
    .argument("[task]", "task file; left out with --resume")
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
    .option("--resume <run>", "go on with stopped searches, by the run's name or journal file")
    .option("--json", "print it as JSON")
    .addHelpText(
      "after",
      "\nExamples:\n  secateur stability tasks/ioi.yaml --runs 10 --sizes 16,64" +
        "\n  secateur stability tasks/ioi.yaml --circuit ioi.circuit.json",
    )
    .action((task: string | undefined, flags: StabilityFlags, own: Command) => {
      if (flags.resume !== undefined) requireAlone(own);
      return stability(task, flags, own);
    });
}

function parseSizes(text: string): number[] {
  const sizes = text.split(",").map(Number);
  if (sizes.every((size) => Number.isInteger(size) && size > 0)) return [...new Set(sizes)].sort((a, b) => a - b);
  throw new InvalidArgumentError("Give whole numbers above 0, such as 16,32,64.");
}

async function stability(task: string | undefined, flags: StabilityFlags, command: Command): Promise<void> {
  const { settings, journal, resume, reference } = runOf(task, flags, command);
  const { threads } = flags;
  const bar = progressBar();
  const onProgress = ({ searches, ofSearches, done, total }: StabilityProgress) =>
    bar.on("searching", done, total, `examples, ${searches} of ${ofSearches} searches`);
  const onNote = (note: string) => printMessage(`note: ${note}`);
  const outcome = await interruptible(
    (signal) =>
      stabilityTask(settings, { threads, journal, resume, signal, onProgress, onNote }, reference).finally(() => {
        bar.stop();
        giveBack(journal);
      }),
    `Stopped. Go on with: ${typed(goOn("stability", journal, flags))}`,
  );
  if (flags.json) printJson(outcome);
  else printData(stabilityTable(outcome));
  if (!reference) return;
  writeFileAtomic(reference.file, formatCircuit(withStability(reference.circuit, outcome)));
  printMessage(`wrote the figures into ${reference.file}`);
}

interface StabilityRun {
  readonly settings: StabilitySettings;
  readonly journal: string;
  readonly resume: boolean;
  readonly reference: MeasuredFile | undefined;
}

interface MeasuredFile {
  readonly file: string;
  readonly circuit: MeasuredCircuit;
}

function runOf(task: string | undefined, flags: StabilityFlags, command: Command): StabilityRun {
  if (flags.resume !== undefined) {
    const run = stoppedRun<StabilitySettings>("stability", flags.resume, task);
    return { ...run, resume: true, reference: measuredFile(run.settings.circuit) };
  }
  if (task === undefined) {
    throw new EngineError("usage", 'stability needs a task file, such as "secateur stability tasks/ioi.yaml".');
  }
  const { runs, sizes } = flags;
  const circuit = flags.circuit === undefined ? undefined : absolutePath(flags.circuit);
  const reference = measuredFile(flags.circuit);
  const settings = { ...searchOf(task, flags, command, reference?.circuit), runs, sizes, circuit };
  const name = `${stemOf(task)}-stability`;
  return { settings, journal: newJournalPath(name, basename(settings.model)), resume: false, reference };
}

/** @throws EngineError where it cannot be read, has no results or cannot be written */
function measuredFile(file: string | undefined): MeasuredFile | undefined {
  if (file === undefined) return undefined;
  const circuit = requireMeasured(readCircuitFile(file), file);
  requireWritable(file);
  return { file, circuit };
}

/** What a circuit was searched with stands before the defaults of the command line, not before what was typed. */
function searchOf(task: string, flags: StabilityFlags, command: Command, circuit: Circuit | undefined): PruneSettings {
  const { units } = flags;
  const plain = { ...taskSettings(task, flags), units };
  if (!circuit) return plain;
  const isTyped = (name: string) => command.getOptionValueSource(name) === "cli";
  const model = isTyped("model") ? plain.model : undefined;
  return searchedAgain(circuit, { ...plain, model, units: isTyped("units") ? units : undefined });
}
