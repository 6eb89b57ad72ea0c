// `secateur transfer`: the circuits of some tasks measured on others.
import type { Command } from "commander";
import { type TransferCell, transferTask } from "../../engine/session/transfer-task.ts";
import { columns } from "../circuit-table.ts";
import { interruptible } from "../interrupt.ts";
import { parseCount, parseIds, parsePositive } from "../options.ts";
import { printData, printJson, printMessage } from "../output.ts";

interface TransferFlags {
  readonly tasks: readonly string[];
  readonly model?: string;
  readonly examples?: number;
  readonly heldOut?: number;
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
    .option("--examples <n>", "discovery examples (default: the task's)", parsePositive)
    .option("--held-out <n>", "held-out examples (default: the task's)", parseCount)
    .option("--threads <n>", "threads of the executor (default: all cores)", parsePositive)
    .option("--json", "print it as JSON")
    .addHelpText("after", "\nExample:\n  secateur transfer ioi.circuit.json --tasks tasks/ioi.yaml,tasks/pronoun.yaml")
    .action((circuits: string[], flags: TransferFlags) => transfer(circuits, flags));
}

async function transfer(circuits: readonly string[], flags: TransferFlags): Promise<void> {
  const { tasks, model, threads, examples: discovery, heldOut } = flags;
  const examples = { ...(discovery !== undefined && { discovery }), ...(heldOut !== undefined && { heldOut }) };
  const report = (done: number, total: number) =>
    void process.stderr.write(done === total ? "\r\x1b[K" : `\r${done} of ${total} pairs`);
  const cells = await interruptible(
    (signal) =>
      transferTask(
        { circuits, tasks, model, ...(Object.keys(examples).length > 0 && { examples }) },
        { threads, signal, onProgress: process.stderr.isTTY ? report : undefined },
      ),
    "Stopped.",
  );
  if (flags.json) return printJson(cells);
  for (const note of new Set(cells.flatMap(({ notes }) => notes))) printMessage(`note: ${note}`);
  printData(
    columns([["circuit", "task", "f", "95 %", "accuracy", "model's", "holds", "ablation"], ...cells.map(rowOf)]),
  );
}

function rowOf({ circuit, task, figures, foundWith, measuredWith }: TransferCell): string[] {
  const { faithfulness, interval, accuracy, criterionHolds } = figures;
  const share = (value: number | undefined) => (value === undefined ? "" : `${(100 * value).toFixed(0)} %`);
  return [
    circuit,
    task,
    faithfulness.toFixed(3),
    `[${interval.map((x) => x.toFixed(3)).join(", ")}]`,
    share(accuracy?.circuit),
    share(accuracy?.full),
    criterionHolds ? "yes" : "NO",
    foundWith === undefined || foundWith === measuredWith ? measuredWith : `${measuredWith}, found with ${foundWith}`,
  ];
}
