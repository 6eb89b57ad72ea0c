// `secateur score`: estimated effects of all units, or of all edges, from gradients, strongest first.
import { type Command, Option } from "commander";
import { EngineError } from "../../engine/base/errors.ts";
import type { Tensor } from "../../engine/base/tensor.ts";
import { formatUnit, headUnit, mlpUnit, neuronUnit } from "../../engine/circuit/unit.ts";
import { formatEdge } from "../../engine/circuit/edge.ts";
import { EDGE_METHODS, type EdgeMethod } from "../../engine/score/edge-methods.ts";
import type { Position } from "../../engine/score/positions.ts";
import { GRADIENT_METHODS } from "../../engine/score/path.ts";
import { scoreEdges, type ScoreOutcome, type ScoreSettings, scoreTask } from "../../engine/session/score-task.ts";
import { columns } from "../circuit-table.ts";
import { interruptible } from "../interrupt.ts";
import { addTaskOptions, parsePositive, type TaskFlags, taskSettings } from "../options.ts";
import { printData, printJson, printMessage } from "../output.ts";

interface ScoreFlags extends TaskFlags {
  readonly method: EdgeMethod;
  readonly positions?: readonly Position[];
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
    .addOption(new Option("--method <name>", "how").choices([...EDGE_METHODS]).default("attribution"))
    .option("--steps <n>", "points of integrated gradients", parsePositive, 5)
    .option("--edges", "of edges instead: what one node writes to one input of another (EAP, EAP-IG)")
    .addOption(
      new Option("--positions <list>", "also at these: the task's names, or numbers from 0").argParser(parsePositions),
    )
    .option("--top <n>", "how many to list", parsePositive, 20)
    .option("--json", "print all scores as JSON")
    .addHelpText("after", "\nExample:\n  secateur score tasks/ioi.yaml --method integrated-gradients")
    .action((task: string, flags: ScoreFlags) => score(task, flags));
}

/** "S2,END,0" */
function parsePositions(text: string): Position[] {
  return text.split(",").map((word) => (/^\d+$/.test(word.trim()) ? Number(word) : word.trim()));
}

async function score(task: string, flags: ScoreFlags): Promise<void> {
  const { positions = [] } = flags;
  const settings = { ...taskSettings(task, flags), method: flags.method, steps: flags.steps, positions };
  const { scored, examples, notes } = await interruptible(
    (signal) => (flags.edges ? edgesOf : unitsOf)(settings, { threads: flags.threads, signal }),
    "Stopped.",
  );
  for (const note of notes) printMessage(`note: ${note}`);
  const ranked = [...scored].sort((a, b) => Math.abs(b.score) - Math.abs(a.score));
  if (flags.json) return printJson(Object.fromEntries(ranked.map((entry) => [entry.id, jsonOf(entry, positions)])));
  const rows = ranked
    .slice(0, flags.top)
    .map(({ id, score, byPosition }) => [id, ...[score, ...byPosition].map((value) => value.toFixed(4))]);
  printData(`${flags.method}, ${examples} examples: ${meaningOf(flags, ranked.length)}\n`);
  printData(columns([[flags.edges ? "edge" : "unit", "score", ...positions.map((name) => `at ${name}`)], ...rows]));
}

function meaningOf({ method, edges }: ScoreFlags, count: number): string {
  if (method === "information-flow") return `minus the share of what an input reads, ${count} edges`;
  if (method === "exact") return `change of the metric when one of ${count} edges is cut`;
  return `estimated change of the metric when ${edges ? `one of ${count} edges is cut` : "a unit is ablated"}`;
}

function jsonOf({ score, byPosition }: Scored, positions: readonly Position[]): object | number {
  if (positions.length === 0) return score;
  return { score, ...Object.fromEntries(positions.map((name, p) => [String(name), byPosition[p]])) };
}

type Options = Parameters<typeof scoreTask>[1];
type Settings = ScoreSettings<EdgeMethod>;

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
