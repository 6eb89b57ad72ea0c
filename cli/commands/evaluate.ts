// `secateur evaluate`: the figures of a circuit file, measured again.
import type { Command } from "commander";
import { EngineError } from "../../engine/base/errors.ts";
import { ablationWords } from "../../engine/circuit/ablation-words.ts";
import { readCircuitSource } from "../../engine/session/circuit-source.ts";
import { evaluateCircuit, type Evaluation } from "../../engine/session/evaluate-circuit.ts";
import { columns, partRows } from "../circuit-table.ts";
import { interruptible } from "../interrupt.ts";
import { intervalText } from "../interval-text.ts";
import { addCriterionOptions, addTaskOptions, parseCount, type TaskFlags, taskSettings } from "../options.ts";
import { printData, printJson, printMessage } from "../output.ts";
import { progressBar } from "../progress.ts";

interface EvaluateFlags extends TaskFlags {
  readonly circuit?: string;
  readonly random?: number;
  readonly parts?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

export function addEvaluate(program: Command): void {
  const command = program
    .command("evaluate")
    .argument("<task>", "task file")
    .description("measure the circuit of a file: faithfulness, accuracy, KL, random circuits, complement")
    .requiredOption("--circuit <file>", "circuit file, or a graph of EAP-IG");
  addCriterionOptions(addTaskOptions(command))
    .option("--random <n>", "random circuits to compare with (default: 100)", parseCount)
    .option("--no-parts", "leave out completeness and minimality")
    .option("--json", "print the figures as JSON")
    .option("--quiet", "no messages")
    .addHelpText("after", "\nExample:\n  secateur evaluate tasks/ioi.yaml --circuit ioi.circuit.json")
    .action((task: string, flags: EvaluateFlags, own: Command) => evaluate(task, flags, own));
}

async function evaluate(task: string, flags: EvaluateFlags, command: Command): Promise<void> {
  if (!flags.circuit) throw new EngineError("usage", "evaluate needs --circuit FILE.");
  // The default model is the circuit's own, not the one that prune starts from.
  const model = command.getOptionValueSource("model") === "cli" ? flags.model : undefined;
  const settings = { ...taskSettings(task, flags), model, random: flags.random, parts: flags.parts };
  const source = readCircuitSource(flags.circuit);
  const bar = progressBar(flags);
  const evaluation = await interruptible(
    (signal) =>
      evaluateCircuit(source, settings, { threads: flags.threads, signal, onStage: bar.on }).finally(() => bar.stop()),
    "Stopped.",
  );
  if (!flags.quiet) for (const note of evaluation.notes) printMessage(`note: ${note}`);
  if (flags.json) printJson(evaluation);
  else printData(evaluationTable(evaluation));
}

function evaluationTable({ model, task, results, recorded, foundWith }: Evaluation): string {
  const measuredWith = ablationWords(task.ablation);
  const found = foundWith === undefined || foundWith === measuredWith ? "" : `, found with ${foundWith}`;
  const sets = [
    ["discovery", results.discovery, recorded?.discovery] as const,
    ...(results.heldOut ? [["held out", results.heldOut, recorded?.heldOut] as const] : []),
  ];
  const rows = sets.map(([name, now, then]) => [
    name,
    now.full.toFixed(3),
    now.empty.toFixed(3),
    now.circuit.toFixed(3),
    now.faithfulness.toFixed(4),
    intervalText(now.interval, 3),
    now.accuracy?.circuit.toFixed(3) ?? "",
    now.kl.toFixed(4),
    now.criterionHolds ? "yes" : "NO",
    then ? then.faithfulness.toFixed(4) : "",
  ]);
  const head = ["", "model", "empty", "circuit", "f", "95 %", "accuracy", "KL", "criterion", "f in the file"];
  const lines = [`${task.name} on ${model.name}, measured with ${measuredWith}${found}`, "", columns([head, ...rows])];
  if (results.random) {
    const shown = Object.entries(results.random.quantiles).map(([q, f]) => `${Number(q) * 100} % ${f.toFixed(3)}`);
    lines.push(`f of ${results.random.count} random circuits: ${shown.join(", ")}`);
  }
  if (results.complement) lines.push(`f of the complement: ${results.complement.faithfulness.toFixed(3)}`);
  lines.push(...partRows(results));
  for (const { text } of results.notes ?? []) lines.push(`note: ${text}`);
  return lines.join("\n");
}
