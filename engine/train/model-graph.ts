// The model as a graph for training: GPT-2 blocks on a padded batch "batch pos", weights as inputs, heads behind gates.
import { Graph, type Value } from "../onnx/graph.ts";
import { add, gather, geluTanh, layerNorm, matMul, mul, reshape, slice, softmax, sub, transpose } from "../onnx/ops.ts";
import type { Precision } from "../transformer/precision.ts";
import { type ModelShape, type Parameter, parametersOf } from "./parameters.ts";

/** ε of every layer norm, as in GPT-2. */
export const NORM_EPSILON = 1e-5;

/** The model inside one graph: its weights as inputs under their checkpoint names. */
export interface GraphModel {
  readonly graph: Graph;
  readonly precision: Precision;
  readonly shape: ModelShape;
  readonly parameters: readonly Parameter[];
  weight(name: string): Value;
}

/** Heads whose gate is 0 give `corruptZ` instead of what they compute; between 0 and 1 a mixture. */
export interface Interchange {
  /** "layer head" */
  readonly gates: Value;
  /** Per layer z of the corrupt run, "batch head pos dHead"; no gradient flows into what made them. */
  readonly corruptZ: readonly Value[];
}

export interface ForwardPass {
  /** After the last block, "batch·pos dModel". */
  readonly residual: Value;
  /** Per layer, before the gates, "batch head pos dHead". */
  readonly z: readonly Value[];
  /** Per layer, "batch head pos pos" (query, key). */
  readonly pattern: readonly Value[];
}

export function graphModel(name: string, shape: ModelShape, precision: Precision): GraphModel {
  const graph = new Graph(name);
  const parameters = parametersOf(shape);
  const weights = new Map(
    parameters.map((parameter) => [parameter.name, graph.input(parameter.name, precision, parameter.shape)]),
  );
  return { graph, precision, shape, parameters, weight: (key) => weights.get(key)! };
}

/**
 * Pre-norm blocks with learned positions, causal attention and tanh-GELU on token ids "batch pos"; every size is a fixed number.
 * A padded row needs no mask of its own: causal attention never looks at what stands behind. Outside attention all tokens are rows of
 * one matrix, so that the gradient of a weight is one matrix product.
 */
export function forward(model: GraphModel, ids: Value, interchange?: Interchange): ForwardPass {
  const { nLayers, dModel } = model.shape;
  const [batch, pos] = ids.shape as [number, number];
  const positions = slice(model.weight("transformer.wpe.weight"), 0, 0, pos);
  const tokens = gather(model.weight("transformer.wte.weight"), reshape(ids, [batch * pos]), 0);
  let residual = reshape(add(reshape(tokens, [batch, pos, dModel]), positions), [batch * pos, dModel]);
  const z: Value[] = [];
  const pattern: Value[] = [];
  for (let layer = 0; layer < nLayers; layer++) {
    const heads = attention(model, residual, layer, [batch, pos]);
    z.push(heads.z);
    pattern.push(heads.pattern);
    residual = write(model, residual, gated(heads.z, layer, interchange), layer);
  }
  return { residual, z, pattern };
}

/** Logits "row dVocab" of residual rows "row dModel": final norm, then the tied embedding. */
export function readOut(model: GraphModel, rows: Value): Value {
  const normed = norm(model, rows, "transformer.ln_f");
  return matMul(normed, transpose(model.weight("transformer.wte.weight"), [1, 0]));
}

/** Inputs "gates" and "corruptZ.<layer>" of a batch. */
export function interchangeInputs({ graph, shape, precision }: GraphModel, batch: number, pos: number): Interchange {
  const { nLayers, nHeads, dModel } = shape;
  const z = [batch, nHeads, pos, dModel / nHeads];
  return {
    gates: graph.input("gates", precision, [nLayers, nHeads]),
    corruptZ: Array.from({ length: nLayers }, (_, layer) => graph.input(`corruptZ.${layer}`, precision, z)),
  };
}

function attention(model: GraphModel, residual: Value, layer: number, [batch, pos]: readonly [number, number]) {
  const { nHeads, dModel } = model.shape;
  const dHead = dModel / nHeads;
  const name = `transformer.h.${layer}`;
  const joint = affine(model, norm(model, residual, `${name}.ln_1`), `${name}.attn.c_attn`);
  const part = (index: number): Value =>
    transpose(
      reshape(slice(joint, 1, index * dModel, (index + 1) * dModel), [batch, pos, nHeads, dHead]),
      [0, 2, 1, 3],
    );
  const scale = model.graph.constant([1 / Math.sqrt(dHead)], model.precision, []);
  const scores = mul(matMul(part(0), transpose(part(1), [0, 1, 3, 2])), scale);
  const pattern = softmax(add(scores, causalMask(model, pos)));
  return { pattern, z: matMul(pattern, part(2)) };
}

/** 0 where a key may be read, −10⁹ behind the query. */
function causalMask({ graph, precision }: GraphModel, pos: number): Value {
  const mask = Array.from({ length: pos * pos }, (_, i) => (i % pos > Math.floor(i / pos) ? -1e9 : 0));
  return graph.constant(mask, precision, [pos, pos]);
}

function gated(z: Value, layer: number, interchange: Interchange | undefined): Value {
  if (!interchange) return z;
  const nHeads = z.shape[1] as number;
  const gate = reshape(slice(interchange.gates, 0, layer, layer + 1), [nHeads, 1, 1]);
  const corrupt = interchange.corruptZ[layer]!;
  return add(mul(gate, sub(z, corrupt)), corrupt);
}

function write(model: GraphModel, residual: Value, z: Value, layer: number): Value {
  const name = `transformer.h.${layer}`;
  const joined = reshape(transpose(z, [0, 2, 1, 3]), residual.shape);
  const residualMid = add(residual, affine(model, joined, `${name}.attn.c_proj`));
  const hidden = geluTanh(affine(model, norm(model, residualMid, `${name}.ln_2`), `${name}.mlp.c_fc`));
  return add(residualMid, affine(model, hidden, `${name}.mlp.c_proj`));
}

function affine(model: GraphModel, x: Value, name: string): Value {
  return add(matMul(x, model.weight(`${name}.weight`)), model.weight(`${name}.bias`));
}

function norm(model: GraphModel, x: Value, name: string): Value {
  return layerNorm(x, model.weight(`${name}.weight`), model.weight(`${name}.bias`), NORM_EPSILON);
}
