// `secateur score`: estimated effects of all units, or of all edges, from gradients, strongest first.
import type { Command } from "commander";
import { EngineError } from "../../engine/base/errors.ts";
import type { Tensor } from "../../engine/base/tensor.ts";
import { formatUnit, headUnit, mlpUnit, neuronUnit } from "../../engine/circuit/unit.ts";
import { formatEdge } from "../../engine/circuit/edge.ts";
import { type EdgeMethod, GRADIENT_METHODS } from "../../engine/choices/lists.ts";
import type { Position } from "../../engine/score/positions.ts";
import { type ScoreChoice, scoreEdges, type ScoreOutcome, scoreTask } from "../../engine/session/score-task.ts";
import { columns } from "../circuit-table.ts";
import { interruptible } from "../interrupt.ts";
import { parsePositive } from "../options.ts";
import { addSettings, typedExecution, typedSettings } from "../settings-options.ts";
import { scoreSettings, type ScoreSettings } from "../../engine/choices/score.ts";
import { printData, printJson, printMessage } from "../output.ts";

interface ScoreFlags {
  readonly top: number;
  readonly json?: boolean;
}

export function addScore(program: Command): void {
  const command = program
    .command("score")
    .description("Estimates the effect of every head, MLP and neuron, or of every edge, from gradients.");
  addSettings(command, scoreSettings)
    .option("--top <n>", "Lists so many.", parsePositive, 20)
    .option("--json", "Prints all scores as JSON.")
    .addHelpText("after", "\nExample:\n  secateur score tasks/ioi.yaml --method integrated-gradients")
    .action((task: string, flags: ScoreFlags, own: Command) => score(task, flags, own));
}

async function score(task: string, flags: ScoreFlags, command: Command): Promise<void> {
  const { edges, ...settings } = typedSettings(scoreSettings, command, task);
  const execution = typedExecution(command);
  const { method, positions = [] } = settings;
  const { scored, examples, notes } = await interruptible(
    (signal) => (edges ? edgesOf : unitsOf)(settings, { execution, signal }),
    "Stopped.",
  );
  for (const note of notes) printMessage(`note: ${note}`);
  const ranked = [...scored].sort((a, b) => Math.abs(b.score) - Math.abs(a.score));
  if (flags.json) return printJson(Object.fromEntries(ranked.map((entry) => [entry.id, jsonOf(entry, positions)])));
  const rows = ranked
    .slice(0, flags.top)
    .map(({ id, score, byPosition }) => [id, ...[score, ...byPosition].map((value) => value.toFixed(4))]);
  printData(`${method}, ${examples} examples: ${meaningOf({ method, edges }, ranked.length)}\n`);
  printData(columns([[edges ? "edge" : "unit", "score", ...positions.map((name) => `at ${name}`)], ...rows]));
}

function meaningOf({ method, edges }: Pick<ScoreSettings, "method" | "edges">, count: number): string {
  if (method === "information-flow") return `minus the share of what an input reads, ${count} edges`;
  if (method === "exact") return `change of the metric when one of ${count} edges is cut`;
  return `estimated change of the metric when ${edges ? `one of ${count} edges is cut` : "a unit is ablated"}`;
}

function jsonOf({ score, byPosition }: Scored, positions: readonly Position[]): object | number {
  if (positions.length === 0) return score;
  return { score, ...Object.fromEntries(positions.map((name, p) => [String(name), byPosition[p]])) };
}

type Options = Parameters<typeof scoreTask>[1];
type Settings = ScoreChoice<EdgeMethod>;

interface Scored {
  readonly id: string;
  readonly score: number;
  /** One for each position asked for. */
  readonly byPosition: readonly number[];
}

interface AllScored {
  readonly scored: readonly Scored[];
  readonly examples: number;
  readonly notes: readonly string[];
}

async function unitsOf({ method, ...settings }: Settings, options: Options): Promise<AllScored> {
  const own = GRADIENT_METHODS.find((name) => name === method);
  if (!own)
    throw new EngineError(
      "usage",
      `${method} scores edges alone; ${method === "exact" ? '"secateur patch" measures units, ' : ""}add --edges, or choose another method.`,
    );
  const outcome = await scoreTask({ ...settings, method: own }, options);
  return { ...outcome, scored: unitScores(outcome) };
}

async function edgesOf(settings: Settings, options: Options): Promise<AllScored> {
  const { method, positions = [] } = settings;
  if (positions.length > 0 && !GRADIENT_METHODS.some((name) => name === method)) {
    throw new EngineError("usage", `${method} has no scores by position; leave --positions out.`);
  }
  const { edges, ...outcome } = await scoreEdges(settings, options);
  return {
    ...outcome,
    scored: edges.map((edge) => ({ id: formatEdge(edge), score: edge.score, byPosition: edge.byPosition ?? [] })),
  };
}

function unitScores({ scores: { heads, mlps, neurons, byPosition } }: ScoreOutcome): Scored[] {
  return [
    ...named(heads, byPosition?.heads, (layer, head) => formatUnit(headUnit(layer, head))),
    ...named(mlps, byPosition?.mlps, (layer) => formatUnit(mlpUnit(layer))),
    ...named(neurons, byPosition?.neurons, (layer, neuron) => formatUnit(neuronUnit(layer, neuron))),
  ];
}

function named(
  { data, shape }: Tensor,
  byPosition: Tensor | undefined,
  idOf: (layer: number, index: number) => string,
): Scored[] {
  const width = shape[1] ?? 1;
  const nPositions = byPosition?.shape.at(-1) ?? 0;
  return Array.from(data, (score, i) => ({
    id: idOf(Math.floor(i / width), i % width),
    score,
    byPosition: Array.from(byPosition?.data.subarray(i * nPositions, (i + 1) * nPositions) ?? []),
  }));
}
