// `secateur stability`: the search again on other examples, fewer and more of them: how alike the circuits are, how many suffice.
import { stabilitySettings, type StabilitySettings } from "../../engine/choices/stability.ts";
import { basename } from "node:path";
import type { Command } from "commander";
import { writeFileAtomic } from "../../engine/base/atomic-file.ts";
import { EngineError } from "../../engine/base/errors.ts";
import { say } from "../../engine/base/sentence.ts";
import { absolutePath, stemOf } from "../../engine/base/file-name.ts";
import { without } from "../../engine/base/without.ts";
import { formatCircuit } from "../../engine/circuit/circuit-file.ts";
import { type MeasuredCircuit, requireMeasured, withStability } from "../../engine/circuit/statistics.ts";
import { readCircuitFile } from "../../engine/session/circuit-source.ts";
import type { PruneSettings } from "../../engine/choices/prune.ts";
import { giveBack, newJournalPath } from "../../engine/session/run-store.ts";
import { searchedAgain, type StabilityProgress, stabilityTask } from "../../engine/session/stability-task.ts";
import { interruptible } from "../interrupt.ts";
import { typed } from "../invocation.ts";
import { printData, printJson, printMessage, requireWritable } from "../output.ts";
import { progressBar } from "../progress.ts";
import { goOn, requireAlone, stoppedRun } from "../resume.ts";
import { addSettings, isTyped, typedExecution, typedSettings } from "../settings-options.ts";
import { stabilityTable } from "../statistics-table.ts";

interface StabilityFlags {
  readonly resume?: string;
  readonly json?: boolean;
}

export function addStability(program: Command): void {
  const command = program
    .command("stability")
    .description("Prunes again on other examples, and says how alike the circuits are and how many examples suffice.");
  addSettings(command, stabilitySettings, { argument: "[task]" })
    .option(
      "--resume <run>",
      "Goes on with stopped searches, by the run's name or journal file; the task is left out then.",
    )
    .option("--json", "Prints the figures as JSON.")
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

async function stability(task: string | undefined, flags: StabilityFlags, command: Command): Promise<void> {
  const { settings, journal, resume, reference } = runOf(task, flags, command);
  const execution = typedExecution(command);
  const bar = progressBar();
  const onProgress = ({ searches, ofSearches, done, total }: StabilityProgress) =>
    bar.on("searching", done, total, `examples, ${searches} of ${ofSearches} searches`);
  const onNote = (note: string) => printMessage(`note: ${note}`);
  const outcome = await interruptible(
    (signal) =>
      stabilityTask(settings, { execution, journal, resume, signal, onProgress, onNote }, reference).finally(() => {
        bar.stop();
        giveBack(journal);
      }),
    `Stopped. Go on with: ${typed(goOn("stability", journal, execution))}`,
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
    const run = stoppedRun("stability", flags.resume, task);
    return { ...run, resume: true, reference: measuredFile(run.settings.circuit) };
  }
  if (task === undefined) {
    throw new EngineError("usage", say`stability needs a task file, such as "secateur stability tasks/ioi.yaml".`);
  }
  const plain = typedSettings(stabilitySettings, command, task);
  const sizes = [...new Set(plain.sizes)].sort((a, b) => a - b);
  const circuit = plain.circuit === undefined ? undefined : absolutePath(plain.circuit);
  const reference = measuredFile(plain.circuit);
  const search = reference ? searchedAgain(reference.circuit, givenOver(plain, command)) : plain;
  const settings = { ...search, runs: plain.runs, sizes, ...(circuit !== undefined && { circuit }) };
  const name = `${stemOf(task)}-stability`;
  return { settings, journal: newJournalPath(name, basename(settings.model)), resume: false, reference };
}

/** What a circuit was searched with stands before the defaults of the command line, not before what was typed. */
function givenOver(plain: StabilitySettings, command: Command): Partial<PruneSettings> & Pick<PruneSettings, "task"> {
  const { model, units } = plain;
  return {
    ...without(plain, "runs", "sizes", "circuit", "model", "units"),
    ...(isTyped(command, "model") && { model }),
    ...(isTyped(command, "units") && { units }),
  };
}

/** @throws EngineError where it cannot be read, has no results or cannot be written */
function measuredFile(file: string | undefined): MeasuredFile | undefined {
  if (file === undefined) return undefined;
  const circuit = requireMeasured(readCircuitFile(file), file);
  requireWritable(file);
  return { file, circuit };
}
