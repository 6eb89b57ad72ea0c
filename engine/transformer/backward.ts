// Gradient graphs of the parts: from the gradient at a part's output to the gradients at its inputs and sites.
import type { LayerConfig, LayerWeights, ModelConfig, NormWeights } from "../model/model.ts";
import { gradients } from "../onnx/gradient.ts";
import { type Dim, Graph, type Value } from "../onnx/graph.ts";
import { add, matMul, matMulTransposed, reshape, transpose } from "../onnx/ops.ts";
import { attentionGraph, mixedValuesGraph, patternGraph, projectionsGraph } from "./attention.ts";
import { type Precision, weight } from "./precision.ts";
import { finalNormGraph } from "./readout.ts";
import { GATE_INPUTS, hiddenGraph, writeGraph } from "./write.ts";

/**
 * Backward through `writeGraph`. Inputs as there, and `cotangent` "row dModel", the gradient at residPost (which is the
 * gradient at mlpOut too). Outputs: gradients `residual`, `residMid` (also that at attnOut) "row dModel", `z`
 * "row head·dHead", `hidden` "row dMlp", each over every path from there to residPost.
 */
export function writeGradientGraph(config: ModelConfig, weights: LayerWeights, precision: Precision): Graph {
  const graph = writeGraph(config, weights, { mlp: "computed", precision });
  const cotangent = graph.input("cotangent", precision, ["rows", config.dModel]);
  const forward = takeOutputs(graph);
  const wrt = {
    residual: inputOf(graph, "residual"),
    z: inputOf(graph, "z"),
    ...pick(forward, ["residMid", "hidden"]),
  };
  outputGradients(graph, forward.get("residPost")!, cotangent, wrt);
  return graph;
}

/**
 * Backward through the gated `writeGraph`. Inputs as there, and `cotangent` "row dModel" at residPost. Outputs: gradients
 * `residual` "row dModel", `z` "row head·dHead", and those at the gates, `hidden.gate` "neuron" and `mlpOut.gate` "1", or at the
 * ablated values, `hidden.ablated` "row dMlp" and `mlpOut.ablated` "row dModel".
 */
export function gatedWriteGradientGraph(
  config: ModelConfig,
  weights: LayerWeights,
  precision: Precision,
  at: "gate" | "ablated",
): Graph {
  const graph = writeGraph(config, weights, { mlp: "computed", gated: true, precision });
  const cotangent = graph.input("cotangent", precision, ["rows", config.dModel]);
  const names = ["residual", "z", GATE_INPUTS.hidden[at], GATE_INPUTS.mlpOut[at]];
  const wrt = Object.fromEntries(names.map((name) => [name, inputOf(graph, name)]));
  outputGradients(graph, takeOutputs(graph).get("residPost")!, cotangent, wrt);
  return graph;
}

/**
 * Backward through `attentionGraph`. Inputs as there, and `cotangent` "row head·dHead", the gradient at z, and `past`
 * "row dModel", the gradient at the residual stream over the paths that go past attention. Output: gradient `residual`
 * over all paths.
 */
export function attentionGradientGraph(config: LayerConfig, weights: LayerWeights, precision: Precision): Graph {
  const graph = attentionGraph(config, weights, { queries: "all", precision });
  const { nHeads, dHead, dModel } = config;
  const cotangent = graph.input("cotangent", precision, ["queries", nHeads * dHead]);
  const past = graph.input("past", precision, ["rows", dModel]);
  const z = takeOutputs(graph).get("z")!;
  const [through] = gradients([{ value: z, cotangent }], [inputOf(graph, "residual")]);
  graph.output(gradientName("residual"), add(past, through));
  return graph;
}

/**
 * Backward through `attentionGraph` to what queries, keys and values read. Inputs as there with streams apart, and
 * `cotangent` "row head·dHead", the gradient at z. Outputs: gradients `residualQ`, `residualK`, `residualV` "row dModel".
 */
export function headInputGradientGraph(config: LayerConfig, weights: LayerWeights, precision: Precision): Graph {
  const graph = attentionGraph(config, weights, { queries: "all", streams: "apart", precision });
  const cotangent = graph.input("cotangent", precision, ["queries", config.nHeads * config.dHead]);
  const z = takeOutputs(graph).get("z")!;
  const names = ["residualQ", "residualK", "residualV"];
  outputGradients(graph, z, cotangent, Object.fromEntries(names.map((name) => [name, inputOf(graph, name)])));
  return graph;
}

// Backward through the single steps of attention and write. Inputs as in the step's own graph, and `<output>Cotangent` for each
// output; outputs are the gradients at the inputs that are named.

/** q, k, v → gradient `residual`. */
export function projectionsGradientGraph(config: LayerConfig, weights: LayerWeights, precision: Precision): Graph {
  const { nHeads, nKeyValueHeads, dHead } = config;
  const keyValue = ["rows", nKeyValueHeads * dHead];
  const graph = projectionsGraph(config, weights, precision);
  return stepGradient(graph, precision, { q: ["rows", nHeads, dHead], k: keyValue, v: keyValue }, ["residual"]);
}

/** pattern → gradients `q`, `k`. */
export function patternGradientGraph(config: LayerConfig, precision: Precision): Graph {
  const axes = ["runs", config.nKeyValueHeads, "groupQueries", "keys"];
  return stepGradient(patternGraph(config, precision), precision, { pattern: axes }, ["q", "k"]);
}

/** z → gradients `pattern`, `v`. */
export function mixedValuesGradientGraph(config: LayerConfig, precision: Precision): Graph {
  const axes = ["queries", config.nHeads * config.dHead];
  return stepGradient(mixedValuesGraph(config, precision), precision, { z: axes }, ["pattern", "v"]);
}

/** hidden → gradient `mlpIn`. */
export function hiddenGradientGraph(config: ModelConfig, weights: LayerWeights, precision: Precision): Graph {
  return stepGradient(hiddenGraph(config, weights, precision), precision, { hidden: ["rows", config.dMlp] }, ["mlpIn"]);
}

/** attnOut → gradient `z`: linear, so it needs no input but the cotangent. */
export function attnOutGradientGraph(config: ModelConfig, weights: LayerWeights, precision: Precision): Graph {
  const { nHeads, dHead, dModel } = config;
  return transposedGraph("attnOut", "z", weights.W_O, [nHeads * dHead, dModel], precision);
}

/** mlpOut → gradient `hidden`, linear too. */
export function mlpOutGradientGraph(config: ModelConfig, weights: LayerWeights, precision: Precision): Graph {
  return transposedGraph("mlpOut", "hidden", weights.W_out, [config.dMlp, config.dModel], precision);
}

function transposedGraph(
  output: string,
  input: string,
  matrix: Float32Array,
  shape: readonly [number, number],
  precision: Precision,
): Graph {
  const graph = new Graph(`${output}-gradient`);
  const cotangent = graph.input(cotangentName(output), precision, ["rows", shape[1]]);
  graph.output(gradientName(input), matMulTransposed(cotangent, weight(graph, precision, matrix, shape)));
  return graph;
}

function stepGradient(
  graph: Graph,
  precision: Precision,
  outputs: Readonly<Record<string, readonly Dim[]>>,
  wrt: readonly string[],
): Graph {
  const values = takeOutputs(graph);
  const seeds = Object.entries(outputs).map(([name, axes]) => ({
    value: values.get(name)!,
    cotangent: graph.input(cotangentName(name), precision, axes),
  }));
  const inputs = wrt.map((name) => inputOf(graph, name));
  gradients(seeds, inputs).forEach((gradient, i) => graph.output(gradientName(wrt[i]), gradient));
  return graph;
}

/** What each head writes to the stream: `z` "row head·dHead" → `written` "head row dModel", without the bias that all share. */
export function headOutputGraph(config: ModelConfig, weights: LayerWeights, precision: Precision): Graph {
  const { nHeads, dHead, dModel } = config;
  const graph = new Graph("head-outputs");
  const z = graph.input("z", precision, ["rows", nHeads * dHead]);
  const byHead = transpose(reshape(z, [-1, nHeads, dHead]), [1, 0, 2]);
  graph.output("written", matMul(byHead, weight(graph, precision, weights.W_O, [nHeads, dHead, dModel])));
  return graph;
}

/** Backward through the final norm: `residual`, `cotangent` (at `normed`) → gradient `residual`, all "row dModel". */
export function finalNormGradientGraph(config: ModelConfig, weights: NormWeights, precision: Precision): Graph {
  const graph = finalNormGraph(config, weights, precision);
  const cotangent = graph.input("cotangent", precision, ["rows", config.dModel]);
  const normed = takeOutputs(graph).get("normed")!;
  outputGradients(graph, normed, cotangent, { residual: inputOf(graph, "residual") });
  return graph;
}

/**
 * Backward through one slice of the unembedding: `cotangent` "row token" (at the logits) → `normedGradient` "row dModel".
 *
 * @param rows columns of W_U as rows, "token dModel"
 */
export function unembedGradientGraph(config: ModelConfig, rows: Float32Array, precision: Precision): Graph {
  const graph = new Graph("unembed-gradient");
  const tokens = rows.length / config.dModel;
  const cotangent = graph.input("cotangent", precision, ["rows", tokens]);
  graph.output(gradientName("normed"), matMul(cotangent, weight(graph, precision, rows, [tokens, config.dModel])));
  return graph;
}

/** The output that holds the gradient at a value. */
export const gradientName = <Name extends string>(name: Name) => `${name}Gradient` as const;

/** The input that holds the gradient at an output. */
export const cotangentName = <Name extends string>(name: Name) => `${name}Cotangent` as const;

function outputGradients(graph: Graph, value: Value, cotangent: Value, wrt: Readonly<Record<string, Value>>): void {
  const found = gradients([{ value, cotangent }], Object.values(wrt));
  Object.keys(wrt).forEach((name, i) => graph.output(gradientName(name), found[i]));
}

/** Takes a graph's outputs off it, so that what only they need is not computed in a backward pass. */
function takeOutputs(graph: Graph): Map<string, Value> {
  const outputs = new Map(graph.outputs);
  graph.outputs.clear();
  return outputs;
}

function pick(values: ReadonlyMap<string, Value>, names: readonly string[]): Record<string, Value> {
  return Object.fromEntries(names.map((name) => [name, values.get(name)!]));
}

function inputOf(graph: Graph, name: string): Value {
  return graph.inputs.find((input) => input.name === name)!;
}
