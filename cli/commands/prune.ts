// `secateur prune`: finds the circuit of a task.
import { existsSync } from "node:fs";
import { basename } from "node:path";
import type { Command } from "commander";
import { writeFileAtomic } from "../../engine/base/atomic-file.ts";
import type { Execution } from "../../engine/choices/execution.ts";
import { pruneSettings, type PruneSettings } from "../../engine/choices/prune.ts";
import { EngineError } from "../../engine/base/errors.ts";
import { say, textOf } from "../../engine/base/sentence.ts";
import { stemOf } from "../../engine/base/file-name.ts";
import { isStandardInput } from "../../engine/base/standard-input.ts";
import { formatCircuit } from "../../engine/circuit/circuit-file.ts";
import { pruneTask } from "../../engine/session/prune-task.ts";
import { giveBack, newJournalPath, runName } from "../../engine/session/run-store.ts";
import { circuitTable } from "../circuit-table.ts";
import { interruptible } from "../interrupt.ts";
import { typed } from "../invocation.ts";
import { printData, printJsonLine, printJsonText, printMessage, requireWritable } from "../output.ts";
import { pruneProgress } from "../progress.ts";
import { goOn, requireAlone, stoppedRun } from "../resume.ts";
import { addSettings, typedExecution, typedSettings } from "../settings-options.ts";

interface PruneFlags {
  readonly out?: string;
  readonly resume?: string;
  readonly json?: boolean;
  readonly jsonl?: boolean;
  readonly quiet?: boolean;
}

export function addPrune(program: Command): void {
  const command = program
    .command("prune")
    .description(
      "Removes units until no single one can go, then puts back what the criterion needs on other examples.",
    );
  addSettings(command, pruneSettings, { argument: "[task]" })
    .option("--out <file>", "Writes the circuit file here (default: TASK.circuit.json in this folder).")
    .option("--resume <run>", "Goes on with a stopped run, by its name or journal file; the task is left out then.")
    .option("--json", "Prints the circuit file instead of the table.")
    .option("--jsonl", "Prints every event as a line of JSON.")
    .option("--quiet", "Prints neither progress nor table.")
    .addHelpText("after", "\nExample:\n  secateur prune tasks/ioi.yaml --units heads,mlps --threshold 0.9")
    .action((task: string | undefined, flags: PruneFlags, own: Command) => {
      if (flags.resume === undefined) return prune(newSettings(task, own), typedExecution(own), flags);
      requireAlone(own);
      const { settings, journal } = stoppedRun("units", flags.resume, task);
      return prune(settings, typedExecution(own), flags, journal);
    });
}

/** @param stopped journal of the run to go on with */
export async function prune(
  settings: PruneSettings,
  execution: Execution,
  flags: PruneFlags,
  stopped?: string,
): Promise<void> {
  const journal = stopped ?? newJournalPath(stemOf(settings.task), basename(settings.model));
  const out = flags.out ?? `${stemOf(settings.task)}.circuit.json`;
  requireWritable(out);
  const progress = pruneProgress(flags);
  const { circuit, notes } = await interruptible(
    (signal) =>
      pruneTask(settings, {
        execution,
        journal,
        resume: stopped !== undefined,
        signal,
        onEvent: (event) => progress.on(event),
        onNote: (note) => printMessage(`note: ${note}`),
      }).finally(() => {
        progress.stop();
        giveBack(journal);
      }),
    `Stopped. Go on with: ${typed(goOn("prune", journal, { ...execution, out: flags.out }))}`,
  );
  writeFileAtomic(out, formatCircuit(circuit));
  if (!flags.quiet) for (const note of notes) printMessage(`note: ${textOf(note)}`);
  if (flags.jsonl) printJsonLine({ type: "done", run: runName(journal), out });
  if (flags.json) printJsonText(formatCircuit(circuit));
  else if (!flags.quiet && !flags.jsonl) printData(circuitTable(circuit));
  if (!flags.quiet) printMessage(`\nwrote ${out} in ${circuit.environment?.seconds} s`);
}

function newSettings(task: string | undefined, command: Command): PruneSettings {
  if (task === undefined) {
    throw new EngineError("usage", say`prune needs a task file, such as "secateur prune tasks/ioi.yaml".`);
  }
  if (!existsSync(task) && !isStandardInput(task)) {
    throw new EngineError(
      "missing-file",
      say`${task}: there is no such task file. "secateur tasks list" shows those that ship.`,
      { place: { file: task } },
    );
  }
  return typedSettings(pruneSettings, command, task);
}
