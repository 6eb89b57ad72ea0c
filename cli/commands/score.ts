// `secateur score`: estimated effects of all units, or of all edges, from gradients, strongest first.
import { type Command, Option } from "commander";
import type { Tensor } from "../../engine/base/tensor.ts";
import { formatUnit, headUnit, mlpUnit, neuronUnit } from "../../engine/circuit/unit.ts";
import { formatEdge } from "../../engine/circuit/edge.ts";
import {
  SCORE_METHODS,
  scoreEdges,
  type ScoreMethod,
  type ScoreOutcome,
  type ScoreSettings,
  scoreTask,
} from "../../engine/session/score-task.ts";
import { columns } from "../circuit-table.ts";
import { interruptible } from "../interrupt.ts";
import { addTaskOptions, parsePositive, type TaskFlags, taskSettings } from "../options.ts";
import { printData, printJson, printMessage } from "../output.ts";

interface ScoreFlags extends TaskFlags {
  readonly method: ScoreMethod;
  readonly steps: number;
  readonly top: number;
  readonly edges?: boolean;
  readonly json?: boolean;
}

export function addScore(program: Command): void {
  const command = program
    .command("score")
    .argument("<task>", "task file")
    .description("estimate the effect of every head, MLP and neuron, or of every edge, from gradients");
  addTaskOptions(command)
    .addOption(new Option("--method <name>", "how").choices([...SCORE_METHODS]).default("attribution"))
    .option("--steps <n>", "points of integrated gradients", parsePositive, 5)
    .option("--edges", "of edges instead: what one node writes to one input of another (EAP, EAP-IG)")
    .option("--top <n>", "how many to list", parsePositive, 20)
    .option("--json", "print all scores as JSON")
    .addHelpText("after", "\nExample:\n  secateur score tasks/ioi.yaml --method integrated-gradients")
    .action((task: string, flags: ScoreFlags) => score(task, flags));
}

async function score(task: string, flags: ScoreFlags): Promise<void> {
  const settings = { ...taskSettings(task, flags), method: flags.method, steps: flags.steps };
  const { ranked, examples, notes } = await interruptible(
    (signal) => (flags.edges ? edgesOf : unitsOf)(settings, { threads: flags.threads, signal }),
    "Stopped.",
  );
  for (const note of notes) printMessage(`note: ${note}`);
  if (flags.json) return printJson(Object.fromEntries(ranked));
  const rows = ranked.slice(0, flags.top).map(([id, value]) => [id, value.toFixed(4)]);
  const what = flags.edges ? `one of ${ranked.length} edges is cut` : "a unit is ablated";
  printData(`${flags.method}, ${examples} examples: estimated change of the metric when ${what}\n`);
  printData(columns([[flags.edges ? "edge" : "unit", "score"], ...rows]));
}

type Options = Parameters<typeof scoreTask>[1];

interface Ranked {
  readonly ranked: readonly Scored[];
  readonly examples: number;
  readonly notes: readonly string[];
}

async function unitsOf(settings: ScoreSettings, options: Options): Promise<Ranked> {
  const outcome = await scoreTask(settings, options);
  return { ...outcome, ranked: strongestFirst(unitScores(outcome)) };
}

async function edgesOf(settings: ScoreSettings, options: Options): Promise<Ranked> {
  const outcome = await scoreEdges(settings, options);
  return { ...outcome, ranked: strongestFirst(outcome.edges.map((edge) => [formatEdge(edge), edge.score])) };
}

type Scored = [id: string, score: number];

const strongestFirst = (scored: Scored[]): Scored[] => scored.sort(([, a], [, b]) => Math.abs(b) - Math.abs(a));

function unitScores({ scores }: ScoreOutcome): Scored[] {
  return [
    ...named(scores.heads, (layer, head) => formatUnit(headUnit(layer, head))),
    ...named(scores.mlps, (layer) => formatUnit(mlpUnit(layer))),
    ...named(scores.neurons, (layer, neuron) => formatUnit(neuronUnit(layer, neuron))),
  ];
}

function named({ data, shape }: Tensor, idOf: (layer: number, index: number) => string): Scored[] {
  const width = shape[1] ?? 1;
  return Array.from(data, (value, i) => [idOf(Math.floor(i / width), i % width), value]);
}
