// `secateur neurons`: the hidden neurons of a circuit, each with where it is strongest and the words that it writes.
import type { Command } from "commander";
import { type NeuronRow, neuronTask } from "../../engine/session/neuron-task.ts";
import { columns } from "../circuit-table.ts";
import { parsePositive } from "../options.ts";
import { printData, printJson } from "../output.ts";

interface NeuronFlags {
  readonly circuit: string;
  readonly model?: string;
  readonly top: number;
  readonly threads?: number;
  readonly json?: boolean;
}

export function addNeurons(program: Command): void {
  program
    .command("neurons")
    .argument("<task>", "task file whose prompts are run")
    .description("list a circuit's hidden neurons: effect, tokens at which each is strongest, words that it writes")
    .requiredOption("--circuit <file>", "circuit file whose search could remove neurons")
    .option("--model <name>", "default: the one that the circuit was found in")
    .option("--top <n>", "how many, the strongest effects first", parsePositive, 20)
    .option("--threads <n>", "threads of the executor (default: all cores)", parsePositive)
    .option("--json", "print it as JSON")
    .addHelpText("after", "\nExample:\n  secateur neurons tasks/ioi.yaml --circuit ioi.circuit.json --top 10")
    .action((task: string, flags: NeuronFlags) => neurons(task, flags));
}

async function neurons(task: string, { circuit, model, top, threads, json }: NeuronFlags): Promise<void> {
  const { rows, total } = await neuronTask({ circuit, task, model, top }, { threads });
  if (json) return printJson(rows);
  printData(`the ${rows.length} strongest of ${total} kept neurons`);
  printData(columns([["neuron", "effect", "strongest at", "value", "mean", "raises", "lowers"], ...rows.map(cells)]));
}

const listedWords = 4;

function cells({ id, effect, estimate, strongest, mean, promoted, suppressed }: NeuronRow): string[] {
  const value = effect ?? estimate;
  const [first] = strongest;
  const quoted = (list: NeuronRow["promoted"]) =>
    list
      .slice(0, listedWords)
      .map(({ token }) => JSON.stringify(token))
      .join(" ");
  return [
    id,
    value === undefined ? "" : `${value.toFixed(3)}${effect === undefined ? " (estimate)" : ""}`,
    JSON.stringify(first?.tokens.join("") ?? ""),
    first?.value.toFixed(2) ?? "",
    mean.toFixed(2),
    quoted(promoted),
    quoted(suppressed),
  ];
}
