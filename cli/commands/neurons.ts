// `secateur neurons`: the hidden neurons of a circuit, each with where it is strongest and the words that it writes.
import type { Command } from "commander";
import { neuronSettings } from "../../engine/choices/neurons.ts";
import { type NeuronRow, neuronTask } from "../../engine/session/neuron-task.ts";
import { columns } from "../circuit-table.ts";
import { addSettings, typedExecution, typedSettings } from "../settings-options.ts";
import { printData, printJson } from "../output.ts";

export function addNeurons(program: Command): void {
  const command = program
    .command("neurons")
    .description(
      "Lists a circuit's hidden neurons: the effect of each, the tokens at which it is strongest, and the words that it writes.",
    );
  addSettings(command, neuronSettings)
    .option("--json", "Prints the neurons as JSON.")
    .addHelpText("after", "\nExample:\n  secateur neurons tasks/ioi.yaml --circuit ioi.circuit.json --top 10")
    .action((task: string, flags: { json?: boolean }, own: Command) => neurons(task, flags, own));
}

async function neurons(task: string, { json }: { readonly json?: boolean }, command: Command): Promise<void> {
  const { rows, total } = await neuronTask(typedSettings(neuronSettings, command, task), typedExecution(command));
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
