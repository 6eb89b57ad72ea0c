// `secateur evaluate`: the figures of a circuit file, measured again.
import { append } from "../../engine/base/append.ts";
import type { Command } from "commander";
import { evaluateSettings } from "../../engine/choices/evaluate.ts";
import { ablationWords } from "../../engine/circuit/ablation-words.ts";
import type { Evaluation } from "../../engine/contract/statistics.ts";
import { evaluate } from "../../engine/verbs/evaluate.ts";
import { columns, partRows } from "../circuit-table.ts";
import { intervalText } from "../interval-text.ts";
import { printData, printJson } from "../output.ts";
import { runVerb } from "../run-verb.ts";
import { addSettings, typedSettings } from "../settings-options.ts";

interface EvaluateFlags {
  readonly json?: boolean;
  readonly quiet?: boolean;
}

export function addEvaluate(program: Command): void {
  const command = program.command("evaluate").description(evaluate.says);
  addSettings(command, evaluateSettings)
    .option("--json", "Prints the figures as JSON.")
    .option("--quiet", "Prints no messages.")
    .addHelpText("after", `\nExample:\n  secateur evaluate ${evaluate.examples[0]}`)
    .action((task: string, flags: EvaluateFlags, own: Command) => runEvaluate(task, flags, own));
}

async function runEvaluate(task: string, flags: EvaluateFlags, command: Command): Promise<void> {
  const evaluation = await runVerb(evaluate, typedSettings(evaluateSettings, command, task), command, flags);
  if (flags.json) printJson(evaluation);
  else printData(evaluationTable(evaluation));
}

function evaluationTable({ model, task, results, recorded, foundWith }: Evaluation): string {
  const measuredWith = ablationWords(task.ablation);
  const found = foundWith === undefined || foundWith === measuredWith ? "" : `, found with ${foundWith}`;
  const sets = [
    ["discovery", results.discovery, recorded?.discovery] as const,
    ...(results.validation ? [["validation", results.validation, recorded?.validation] as const] : []),
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
  append(lines, partRows(results));
  for (const { text } of results.notes ?? []) lines.push(`note: ${text}`);
  return lines.join("\n");
}
