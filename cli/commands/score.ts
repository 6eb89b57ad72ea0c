// `secateur score`: estimated effects of all units from gradients, strongest first.
import { type Command, Option } from "commander";
import type { Tensor } from "../../engine/base/tensor.ts";
import { formatUnit, headUnit, mlpUnit, neuronUnit } from "../../engine/circuit/unit.ts";
import { SCORE_METHODS, type ScoreMethod, type ScoreOutcome, scoreTask } from "../../engine/session/score-task.ts";
import { columns } from "../circuit-table.ts";
import { interruptible } from "../interrupt.ts";
import { addTaskOptions, parsePositive, type TaskFlags, taskSettings } from "../options.ts";
import { printData, printJson, printMessage } from "../output.ts";

interface ScoreFlags extends TaskFlags {
  readonly method: ScoreMethod;
  readonly steps: number;
  readonly top: number;
  readonly json?: boolean;
}

export function addScore(program: Command): void {
  const command = program
    .command("score")
    .argument("<task>", "task file")
    .description("estimate the effect of every head, MLP and neuron from gradients");
  addTaskOptions(command)
    .addOption(new Option("--method <name>", "how").choices([...SCORE_METHODS]).default("attribution"))
    .option("--steps <n>", "points of integrated gradients", parsePositive, 5)
    .option("--top <n>", "units to list", parsePositive, 20)
    .option("--json", "print all scores as JSON")
    .addHelpText("after", "\nExample:\n  secateur score tasks/ioi.yaml --method integrated-gradients")
    .action((task: string, flags: ScoreFlags) => score(task, flags));
}

async function score(task: string, flags: ScoreFlags): Promise<void> {
  const settings = { ...taskSettings(task, flags), method: flags.method, steps: flags.steps };
  const outcome = await interruptible((signal) => scoreTask(settings, { threads: flags.threads, signal }), "Stopped.");
  for (const note of outcome.notes) printMessage(`note: ${note}`);
  const ranked = rankedUnits(outcome);
  if (flags.json) return printJson(Object.fromEntries(ranked));
  const rows = ranked.slice(0, flags.top).map(([id, value]) => [id, value.toFixed(4)]);
  printData(`${flags.method}, ${outcome.examples} examples: estimated change of the metric when a unit is ablated\n`);
  printData(columns([["unit", "score"], ...rows]));
}

/** Unit id and score, largest magnitude first. */
function rankedUnits({ scores }: ScoreOutcome): [id: string, score: number][] {
  const units = [
    ...named(scores.heads, (layer, head) => formatUnit(headUnit(layer, head))),
    ...named(scores.mlps, (layer) => formatUnit(mlpUnit(layer))),
    ...named(scores.neurons, (layer, neuron) => formatUnit(neuronUnit(layer, neuron))),
  ];
  return units.sort(([, a], [, b]) => Math.abs(b) - Math.abs(a));
}

function named({ data, shape }: Tensor, idOf: (layer: number, index: number) => string): [string, number][] {
  const width = shape[1] ?? 1;
  return Array.from(data, (value, i) => [idOf(Math.floor(i / width), i % width), value]);
}
