// Estimated effects of heads, MLPs, neurons and edges on a task, from gradients; they order work, they never decide.
import { EngineError } from "../base/errors.ts";
import { say } from "../base/sentence.ts";
import type { Tensor } from "../base/tensor.ts";
import { type EdgeMethod, GRADIENT_METHODS, type GradientMethod } from "../choices/lists.ts";
import type { Execution } from "../choices/execution.ts";
import type { Scored, ScoreResult, ScoreSettings } from "../choices/score.ts";
import { formatEdge } from "../circuit/edge.ts";
import { formatUnit, headUnit, mlpUnit, neuronUnit } from "../circuit/unit.ts";
import { edgeScores } from "../score/edge-methods.ts";
import { type GradientScores, gradientScores } from "../score/gradient-scores.ts";
import { pathOf } from "../score/integration-path.ts";
import type { Position } from "../score/positions.ts";
import { type Prepared, withTask } from "./prepare.ts";

/** Units or edges, on the discovery examples. @throws EngineError as `withTask` and `pathOf`; "usage" where a method has no such scores */
export function scoreTask(
  settings: ScoreSettings,
  options: {
    readonly execution?: Execution;
    readonly signal?: AbortSignal;
    readonly onProgress?: (done: number, total: number) => void;
  } = {},
): Promise<ScoreResult> {
  const { steps, positions } = settings;
  const { signal, onProgress } = options;
  const scores = settings.edges ? edgesBy(settings) : unitsBy(settings);
  return withTask(settings, options, async (prepared) => ({
    modelName: prepared.model.name,
    scored: await scores(prepared, { steps, positions, signal, onProgress }),
    examples: prepared.discovery.length,
    notes: prepared.notes,
  }));
}

interface Request {
  readonly steps: number;
  readonly positions: readonly Position[] | undefined;
  readonly signal: AbortSignal | undefined;
  readonly onProgress: ((done: number, total: number) => void) | undefined;
}
type Scores = (prepared: Prepared, request: Request) => Promise<Scored[]>;

const gradientMethodOf = (method: EdgeMethod): GradientMethod | undefined =>
  GRADIENT_METHODS.find((name) => name === method);

function unitsBy({ method }: ScoreSettings): Scores {
  const own = gradientMethodOf(method);
  if (!own)
    throw new EngineError(
      "usage",
      say`${method} scores edges alone; ${method === "exact" ? say`"secateur patch" measures units, ` : say``}add --edges, or choose another method.`,
    );
  return async ({ executor, discovery, ablation, task }, { steps, ...request }) =>
    unitScores(
      await gradientScores(executor, discovery, ablation, pathOf(own, steps), { ...request, metric: task.metric }),
    );
}

function edgesBy({ method, positions = [] }: ScoreSettings): Scores {
  if (positions.length > 0 && !gradientMethodOf(method)) {
    throw new EngineError("usage", say`${method} has no scores by position; leave --positions out.`);
  }
  return async ({ executor, discovery, ablation, task }, request) => {
    const edges = await edgeScores(executor, discovery, { ...request, metric: task.metric, ablation, method });
    return edges.map((edge) => ({ id: formatEdge(edge), score: edge.score, byPosition: edge.byPosition ?? [] }));
  };
}

function unitScores({ heads, mlps, neurons, byPosition }: GradientScores): Scored[] {
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
