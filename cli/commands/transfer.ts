// `secateur transfer`: the circuits of some tasks measured on others.
import { type Command, Option } from "commander";
import { writeFileAtomic } from "../../engine/base/atomic-file.ts";
import { EngineError } from "../../engine/base/errors.ts";
import { formatCircuit } from "../../engine/circuit/circuit-file.ts";
import { type MeasuredCircuit, requireMeasured, withTransfer } from "../../engine/circuit/statistics.ts";
import { type CircuitSource, readCircuitSource } from "../../engine/session/circuit-source.ts";
import { transferTask } from "../../engine/session/transfer-task.ts";
import { ABLATION_KINDS, type AblationKind } from "../../engine/task/schema.ts";
import type { BosChoice } from "../../engine/tokens/bos.ts";
import { interruptible } from "../interrupt.ts";
import { bosOption, parseCount, parseIds, parsePositive } from "../options.ts";
import { printData, printJson, printMessage, requireWritable } from "../output.ts";
import { progressBar } from "../progress.ts";
import { transferTable } from "../statistics-table.ts";

interface TransferFlags {
  readonly tasks: readonly string[];
  readonly model?: string;
  readonly seed?: number;
  readonly examples?: number;
  readonly heldOut?: number;
  readonly bos?: BosChoice;
  readonly ablation?: AblationKind;
  readonly write?: boolean;
  readonly threads?: number;
  readonly json?: boolean;
}

export function addTransfer(program: Command): void {
  program
    .command("transfer")
    .argument("<circuits...>", "circuit files, or graphs of EAP-IG")
    .description("measure circuits on other tasks: f, accuracy and criterion of each on every task's held-out examples")
    .requiredOption("--tasks <files>", "task files, with commas between them", parseIds)
    .option("--model <name>", "default: the one that each circuit was found in")
    .option("--seed <n>", "of the examples (default: the task's)", parseCount)
    .option("--examples <n>", "discovery examples (default: the task's)", parsePositive)
    .option("--held-out <n>", "held-out examples (default: the task's)", parseCount)
    .addOption(bosOption())
    .addOption(
      new Option("--ablation <kind>", "what a removed unit gives instead (default: the task's)").choices([
        ...ABLATION_KINDS,
      ]),
    )
    .option("--write", "write the figures into the circuit files")
    .option("--threads <n>", "threads of the executor (default: all cores)", parsePositive)
    .option("--json", "print it as JSON")
    .addHelpText("after", "\nExample:\n  secateur transfer ioi.circuit.json --tasks tasks/ioi.yaml,tasks/pronoun.yaml")
    .action((circuits: string[], flags: TransferFlags) => transfer(circuits, flags));
}

async function transfer(files: readonly string[], flags: TransferFlags): Promise<void> {
  const { tasks, model, seed, bos, ablation, threads, examples: discovery, heldOut } = flags;
  const circuits = files.map(readCircuitSource);
  const written = flags.write ? circuits.map(writtenTo) : [];
  const counts = { ...(discovery !== undefined && { discovery }), ...(heldOut !== undefined && { heldOut }) };
  const bar = progressBar();
  const cells = await interruptible(
    (signal) =>
      transferTask(
        { circuits, tasks, model, seed, bos, ablation, examples: counts },
        { threads, signal, onProgress: (done, total) => bar.on("measuring", done, total, "circuits on tasks") },
      ).finally(() => bar.stop()),
    "Stopped.",
  );
  for (const note of new Set(cells.flatMap(({ notes }) => notes))) printMessage(`note: ${note}`);
  if (flags.json) {
    printJson(cells.map(({ circuit, foundWith, row, notes }) => ({ circuit, foundWith, ...row, notes })));
  } else printData(transferTable(cells));
  for (const [i, { file, circuit }] of written.entries()) {
    const rows = cells.slice(i * tasks.length, (i + 1) * tasks.length).map(({ row }) => row);
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
