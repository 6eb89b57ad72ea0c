// Trains a tuned lens: at every layer an affine map that lets the read-out say what the model says in the end.
//
// Belrose et al. 2023, arXiv 2303.08112: KL(model ‖ lens) over running text, the model frozen, maps that begin at zero.
import { ADAM, adamWStep, type Moments, noMoments, UNDIVIDED } from "../base/adamw.ts";
import type { Executor } from "../activations/executor.ts";
import { type Reals, reals, takeRows, zeros } from "../activations/packing.ts";
import { Random } from "../base/random.ts";
import { logitsOf } from "../readout/logits.ts";
import { Program } from "../runtime/ort.ts";
import type { AffineMap } from "./affine-lens.ts";
import { lensPoints } from "./points.ts";
import { statesAt } from "./states.ts";
import { tunedLossGraph } from "./tuned-graph.ts";

export interface TunedLensSettings {
  readonly steps: number;
  /** Tokens whose states a step learns from. */
  readonly rows: number;
  readonly seed: number;
}

export interface TrainingHooks {
  readonly between?: () => void;
  /** Loss: mean over layers of KL(model ‖ lens) in nats, of the step's own rows. */
  readonly onStep?: (step: number, steps: number, loss: number) => void;
}

interface Text {
  readonly ids: readonly number[];
}

/** The rows of one step: states of all layers, and what the model says there. */
interface Batch {
  readonly count: number;
  /** By layer, "row dModel". */
  readonly states: readonly Reals[];
  /** "row token" */
  readonly target: Reals;
  /** Mean entropy of the target, nats. */
  readonly entropy: number;
}

/** One layer while it is trained. */
interface Learner {
  readonly weight: Float32Array;
  readonly bias: Float32Array;
  weightMoments: Moments;
  biasMoments: Moments;
}

/** A step of Adam moves every entry by about the rate: so much of the state's size the map's output may move in one step. */
const movedByWeights = 0.1;
const movedByBias = 0.02;

/**
 * The first position of a text, where attention sinks stand, is left out.
 *
 * @param texts at least one of two tokens or more
 * @returns by layer, for the state before it
 */
export async function trainTunedLens(
  executor: Executor,
  texts: readonly Text[],
  { steps, rows, seed }: TunedLensSettings,
  { between, onStep }: TrainingHooks = {},
): Promise<AffineMap[]> {
  const { nLayers, dModel } = executor.model.config;
  const learners = Array.from({ length: nLayers }, () => learnerOf(dModel));
  const program = await Program.compile(tunedLossGraph(executor.model, executor.precision), {
    threads: executor.threads,
  });
  try {
    const random = Random.seeded(seed, "tuned-lens");
    for (let step = 0; step < steps; step++) {
      const batch = await batchOf(executor, drawn(texts, rows, random), between);
      let loss = 0;
      for (const [layer, learner] of learners.entries()) {
        between?.();
        loss += (await learn(program, batch, batch.states[layer], learner, 1 - step / steps)) / nLayers;
      }
      onStep?.(step + 1, steps, loss);
    }
  } finally {
    await program.dispose();
  }
  return learners.map(({ weight, bias }) => ({ weight, bias }));
}

function learnerOf(dModel: number): Learner {
  return {
    weight: new Float32Array(dModel * dModel),
    bias: new Float32Array(dModel),
    weightMoments: noMoments(dModel * dModel),
    biasMoments: noMoments(dModel),
  };
}

/** Texts in random order until they have enough tokens; the last one is cut. */
function drawn(texts: readonly Text[], rows: number, random: Random): Text[] {
  const chosen: Text[] = [];
  for (let left = rows; left > 0;) {
    const { ids } = random.pick(texts);
    const kept = ids.slice(0, left + 1);
    if (kept.length < 2) continue;
    chosen.push({ ids: kept });
    left -= kept.length - 1;
  }
  return chosen;
}

async function batchOf(executor: Executor, texts: readonly Text[], between: (() => void) | undefined): Promise<Batch> {
  const { nLayers, dModel, dVocab } = executor.model.config;
  const points = lensPoints(nLayers, ["residPre"]);
  const places = texts.flatMap(({ ids }, prompt) => ids.slice(1).map((_, i) => ({ prompt, position: i + 1 })));
  const all = await statesAt(executor, texts, places, points, { between });
  const at = (point: number) =>
    takeRows(
      all,
      dModel,
      places.map((_, place) => place * points.length + point),
    );
  const logits = await logitsOf(executor, at(nLayers));
  const { target, entropy } = softened(logits, dVocab);
  return { count: places.length, states: Array.from({ length: nLayers }, (_, l) => at(l)), target, entropy };
}

function softened(logits: Reals, dVocab: number): Pick<Batch, "target" | "entropy"> {
  const rows = logits.length / dVocab;
  const target = logits.slice();
  let entropy = 0;
  for (let row = 0; row < rows; row++) {
    const values = target.subarray(row * dVocab, (row + 1) * dVocab);
    let max = -Infinity;
    for (const value of values) if (value > max) max = value;
    let sum = 0;
    for (const value of values) sum += Math.exp(value - max);
    const normaliser = max + Math.log(sum);
    for (let i = 0; i < values.length; i++) {
      const log = values[i] - normaliser;
      values[i] = Math.exp(log);
      entropy -= (values[i] * log) / rows;
    }
  }
  return { target, entropy };
}

/** @returns KL(model ‖ lens) of the batch before the step, nats */
async function learn(
  program: Program,
  { count, target, entropy }: Batch,
  states: Reals,
  learner: Learner,
  rate: number,
): Promise<number> {
  const precision = states instanceof Float64Array ? "float64" : "float32";
  const { weight, bias } = learner;
  const dModel = bias.length;
  const scalar = zeros(precision, 1).fill(1 / count);
  const out = await program.run({
    states: reals([count, dModel], states),
    weight: reals([dModel, dModel], inPrecision(weight, precision)),
    bias: reals([dModel], inPrecision(bias, precision)),
    target: reals([count, target.length / count], target),
    share: reals([], scalar),
  });
  const slope = (name: string) => Float32Array.from(out[`gradient.${name}`].data as Reals);
  const size = rootMeanSquare(states);
  const rates = { weight: (rate * movedByWeights) / dModel, bias: rate * movedByBias * size };
  learner.weightMoments = adamWStep(weight, [slope("weight")], learner.weightMoments, rates.weight, UNDIVIDED, ADAM);
  learner.biasMoments = adamWStep(bias, [slope("bias")], learner.biasMoments, rates.bias, UNDIVIDED, ADAM);
  return (out.loss.data as Reals)[0] - entropy;
}

function inPrecision(values: Float32Array, precision: "float32" | "float64"): Reals {
  const copy = zeros(precision, values.length);
  copy.set(values);
  return copy;
}

function rootMeanSquare(values: Reals): number {
  let sum = 0;
  for (const value of values) sum += value * value;
  return Math.sqrt(sum / values.length);
}
