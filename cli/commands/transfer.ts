// `secateur transfer`: the circuits of some tasks measured on others.
import type { Command } from "commander";
import { writeFileAtomic } from "../../engine/base/atomic-file.ts";
import { transferSettings } from "../../engine/choices/evaluate.ts";
import { EngineError } from "../../engine/base/errors.ts";
import { formatCircuit } from "../../engine/circuit/circuit-file.ts";
import { type MeasuredCircuit, requireMeasured, withTransfer } from "../../engine/circuit/statistics.ts";
import { type CircuitSource, readCircuitSource } from "../../engine/session/circuit-source.ts";
import { transferTask } from "../../engine/session/transfer-task.ts";
import { interruptible } from "../interrupt.ts";
import { addSettings, typedExecution, typedSettings } from "../settings-options.ts";
import { printData, printJson, printMessage, requireWritable } from "../output.ts";
import { progressBar } from "../progress.ts";
import { transferTable } from "../statistics-table.ts";

interface TransferFlags {
  readonly write?: boolean;
  readonly json?: boolean;
}

export function addTransfer(program: Command): void {
  const command = program
    .command("transfer")
    .description(
      "Measures circuits on other tasks: f, accuracy and criterion of each on every task's held-out examples.",
    );
  addSettings(command, transferSettings)
    .option("--write", "Writes the figures into the circuit files.")
    .option("--json", "Prints the figures as JSON.")
    .addHelpText("after", "\nExample:\n  secateur transfer ioi.circuit.json --tasks tasks/ioi.yaml,tasks/pronoun.yaml")
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
  for (const note of new Set(cells.flatMap(({ notes }) => notes))) printMessage(`note: ${note}`);
  if (flags.json) {
    printJson(cells.map(({ circuit, foundWith, row, notes }) => ({ circuit, foundWith, ...row, notes })));
  } else printData(transferTable(cells));
  const { length } = settings.tasks;
  for (const [i, { file, circuit }] of written.entries()) {
    const rows = cells.slice(i * length, (i + 1) * length).map(({ row }) => row);
    writeFileAtomic(file, formatCircuit(withTransfer(circuit, rows)));
    printMessage(`wrote the figures into ${file}`);
  }
}

function writtenTo(source: CircuitSource): { readonly file: string; readonly circuit: MeasuredCircuit } {
  const { file } = source;
  if (source.form === "eap-ig") {
    throw new EngineError("usage", `${file}: a graph of EAP-IG has no place for figures; leave --write out.`, {
      place: { file },
    });
  }
  requireWritable(file);
  return { file, circuit: requireMeasured(source.circuit, file) };
}
