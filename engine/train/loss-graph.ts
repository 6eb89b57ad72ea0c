// The training step as one graph: losses on text and on interchanged runs, and the gradient of their sum at every weight.
import { gradients } from "../onnx/gradient.ts";
import type { Graph, Value } from "../onnx/graph.ts";
import {
  add,
  crossEntropy,
  div,
  exp,
  gather,
  logSoftmax,
  matMul,
  mul,
  reduceSum,
  relu,
  reshape,
  slice,
  square,
  sub,
} from "../onnx/ops.ts";
import type { Precision } from "../transformer/precision.ts";
import { forward, graphModel, type GraphModel, interchangeInputs, readOut } from "./model-graph.ts";
import type { ModelShape } from "./parameters.ts";

/** Sizes of a batch; all are fixed, so that ONNX Runtime plans its memory once. */
export interface BatchShape {
  /** Rows of text. */
  readonly rows: number;
  /** Clean prompts of interchanged pairs; 0 in plain training. */
  readonly pairs: number;
  readonly pos: number;
}

/** How much each term counts in the loss; the text's cross entropy counts 1. */
export interface LossWeights {
  /** Cross entropy of the right name in the circuit's run. */
  readonly circuit: number;
  /** ((LD of the full model − LD of the circuit) / 10)², LD being the logit difference. */
  readonly consistency: number;
  /** KL(model ‖ circuit) in nats. */
  readonly divergence: number;
  /** max(0, LD of the circuit without one head / LD of the model − `dispensable`): a head of the circuit has to be needed. */
  readonly necessity: number;
  /** Share of the model's logit difference that a circuit without one of its heads may still reach. */
  readonly dispensable: number;
}

/** Terms of the loss that a run returns as scalars beside the gradients. */
export const LOSS_TERMS = ["text", "circuit", "consistency", "divergence", "necessity"] as const;
export type LossTerm = (typeof LOSS_TERMS)[number];

/** Logit differences are divided by this before they are squared, so that the term is of order 1 at the start. */
const LOGIT_SCALE = 10;

/**
 * Inputs: the weights by name; `ids` "rows+pairs pos"; `targets` and `targetWeights` "rows·pos" (weights that add up to 1);
 * with pairs also `end` "pairs" (flat index pair·pos + position of END), `right` and `wrong` "pairs" (token ids), `gates` and
 * `reducedGates` "layer head" (the circuit; the circuit without one of its heads), `corruptZ.<layer>` "pairs head pos dHead".
 * Outputs: every term of LOSS_TERMS that is there, `loss` (their weighted sum), `gradient.<name>` of every weight.
 */
export function lossGraph(
  shape: ModelShape,
  batch: BatchShape,
  weights: LossWeights,
  precision: Precision = "float32",
): Graph {
  const model = graphModel("training step", shape, precision);
  const { graph } = model;
  const ids = graph.input("ids", "int64", [batch.rows + batch.pairs, batch.pos]);
  const { residual } = forward(model, ids);
  const text = textLoss(model, batch, batch.pairs === 0 ? residual : slice(residual, 0, 0, batch.rows * batch.pos));
  graph.output("text", text);
  let loss = text;
  if (batch.pairs > 0) {
    const terms = pairLosses(model, batch, weights, ids, residual);
    for (const [term, value] of Object.entries(terms)) {
      graph.output(term, value);
      loss = add(loss, mul(value, scalar(model, weights[term as keyof typeof terms])));
    }
  }
  graph.output("loss", loss);
  const names = model.parameters.map((parameter) => parameter.name);
  const slopes = gradients([{ value: loss, cotangent: scalar(model, 1) }], names.map(model.weight));
  names.forEach((name, i) => graph.output(`gradient.${name}`, slopes[i]!));
  return graph;
}

/** Weighted cross entropy of the next token at every position. */
function textLoss(model: GraphModel, { rows, pos }: BatchShape, residual: Value): Value {
  const targets = model.graph.input("targets", "int64", [rows * pos]);
  const targetWeights = model.graph.input("targetWeights", model.precision, [rows * pos]);
  const logits = readOut(model, residual);
  return reduceSum(mul(crossEntropy(logits, targets), targetWeights), [0], false);
}

/** The terms that compare the full model's runs of the clean prompts with the circuit's. */
function pairLosses(model: GraphModel, batch: BatchShape, weights: LossWeights, ids: Value, residual: Value) {
  const { graph } = model;
  const { rows, pairs, pos } = batch;
  const end = graph.input("end", "int64", [pairs]);
  const right = graph.input("right", "int64", [pairs]);
  const wrong = graph.input("wrong", "int64", [pairs]);
  const interchange = interchangeInputs(model, pairs, pos);
  const clean = slice(ids, 0, rows, rows + pairs);
  const circuitRun = forward(model, clean, interchange).residual;
  const reducedGates = graph.input("reducedGates", model.precision, interchange.gates.shape);
  const reducedRun = forward(model, clean, { gates: reducedGates, corruptZ: interchange.corruptZ }).residual;

  const full = logSoftmax(readOut(model, gather(slice(residual, 0, rows * pos, (rows + pairs) * pos), end, 0)));
  const circuit = logSoftmax(readOut(model, gather(circuitRun, end, 0)));
  const reduced = readOut(model, gather(reducedRun, end, 0));
  const difference = (logits: Value): Value => sub(crossEntropy(logits, wrong), crossEntropy(logits, right));
  const mean = (perPair: Value): Value => mul(reduceSum(perPair, [0], false), scalar(model, 1 / pairs));
  const gap = mul(sub(difference(full), difference(circuit)), scalar(model, 1 / LOGIT_SCALE));
  const share = div(mean(difference(reduced)), mean(difference(full)));
  return {
    circuit: mean(crossEntropy(circuit, right)),
    consistency: mean(square(gap)),
    divergence: mean(rowSums(model, mul(exp(full), sub(full, circuit)))),
    necessity: relu(sub(share, scalar(model, weights.dispensable))),
  };
}

/** Sums over the vocabulary as a product with ones, which is faster than a reduction. */
function rowSums(model: GraphModel, x: Value): Value {
  const [rows, columns] = x.shape as [number, number];
  const ones = model.graph.constant(new Array<number>(columns).fill(1), model.precision, [columns, 1]);
  return reshape(matMul(x, ones), [rows]);
}

function scalar({ graph, precision }: GraphModel, value: number): Value {
  return graph.constant([value], precision, []);
}
