// `secateur transfer`: the circuits of some tasks measured on others.
import type { Command } from "commander";
import { writeFileAtomic } from "../../engine/base/atomic-file.ts";
import { transferSettings } from "../../engine/choices/evaluate.ts";
import { EngineError } from "../../engine/base/errors.ts";
import { say, textOf } from "../../engine/base/sentence.ts";
import { formatCircuit } from "../../engine/circuit/circuit-file.ts";
import { csvText } from "../../engine/circuit/exports/csv-text.ts";
import { transferCellsTable } from "../../engine/contract/transfer-tables.ts";
import { type MeasuredCircuit, requireMeasured, withTransfer } from "../../engine/circuit/statistics.ts";
import { type CircuitSource, readCircuitSource } from "../../engine/session/circuit-source.ts";
import { ownRows, transferTask } from "../../engine/session/transfer-task.ts";
import { interruptible } from "../interrupt.ts";
import { addSettings, typedExecution, typedSettings } from "../settings-options.ts";
import { printData, printJson, printMessage, requireWritable } from "../output.ts";
import { progressBar } from "../progress.ts";
import { transferTable } from "../statistics-table.ts";

interface TransferFlags {
  readonly write?: boolean;
  readonly json?: boolean;
  readonly csv?: boolean;
}

export function addTransfer(program: Command): void {
  const command = program
    .command("transfer")
    .description(
      "Measures circuits on other tasks, other templates and other corruptions: f, accuracy and criterion of each on held-out examples.",
    );
  addSettings(command, transferSettings)
    .option("--write", "Writes the figures into the circuit files.")
    .option("--json", "Prints the figures as JSON.")
    .option("--csv", "Prints the figures as CSV, a line for each circuit on each set of prompts.")
    .addHelpText(
      "after",
      "\nExamples:\n  secateur transfer ioi.circuit.json --tasks tasks/ioi.yaml,tasks/pronoun.yaml" +
        "\n  secateur transfer ioi.circuit.json --tasks tasks/ioi.yaml --across templates,corruptions --alternatives",
    )
    .action((circuits: string[], flags: TransferFlags, own: Command) => transfer(circuits, flags, own));
}

async function transfer(files: readonly string[], flags: TransferFlags, command: Command): Promise<void> {
  const settings = typedSettings(transferSettings, command, files);
  const execution = typedExecution(command);
  const circuits = settings.circuits.map(readCircuitSource);
  const written = flags.write ? circuits.map(writtenTo) : [];
  const bar = progressBar();
  const onProgress = (done: number, total: number) => bar.on("measuring", done, total, "circuits on tasks");
  const cells = await interruptible(
    (signal) => transferTask({ ...settings, circuits }, { execution, signal, onProgress }).finally(() => bar.stop()),
    "Stopped.",
  );
  for (const note of new Set(cells.flatMap(({ notes }) => notes.map(textOf)))) printMessage(`note: ${note}`);
  if (flags.json) {
    printJson(cells.map(({ row, ...cell }) => ({ ...cell, ...row })));
  } else if (flags.csv) {
    const { columns, rows } = transferCellsTable(cells);
    printData(csvText([columns, ...rows]).trimEnd());
  } else printData(transferTable(cells));
  for (const [i, { file, circuit }] of written.entries()) {
    writeFileAtomic(file, formatCircuit(withTransfer(circuit, ownRows(cells, i))));
    printMessage(`wrote the figures into ${file}`);
  }
}

function writtenTo(source: CircuitSource): { readonly file: string; readonly circuit: MeasuredCircuit } {
  const { file } = source;
  if (source.form === "eap-ig") {
    throw new EngineError("usage", say`${file}: a graph of EAP-IG has no place for figures; leave --write out.`, {
      place: { file },
    });
  }
  requireWritable(file);
  return { file, circuit: requireMeasured(source.circuit, file) };
}
