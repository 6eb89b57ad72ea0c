// The write part of a block as a graph: residual stream and z in, residual stream after the MLP out.
import type { LayerWeights, ModelConfig } from "../model/model.ts";
import { Graph, type Value } from "../onnx/graph.ts";
import { add, gelu, geluTanh, matMul, mul, relu, silu, sub, where } from "../onnx/ops.ts";
import { norm } from "./norm.ts";
import { type Precision, weight } from "./precision.ts";

export interface WriteOptions {
  /** "given": the MLP is not computed, its output comes in as `mlpOut.value`. */
  readonly mlp: "computed" | "given";
  /** Hidden neurons get inputs that replace some of them, see `HIDDEN_INPUTS`. */
  readonly replaced?: boolean;
  /** Hidden neurons and the MLP get gates, see `GATE_INPUTS`. */
  readonly gated?: boolean;
  readonly precision: Precision;
}

/** Inputs of a graph whose hidden neurons can be replaced, "row dMlp": which entries, and by what. */
export const HIDDEN_INPUTS = { where: "hidden.where", value: "hidden.value" } as const;

/** The input of a graph whose MLP is not computed: its output, "row dModel". The fast path of setting all of mlpOut. */
export const GIVEN_MLP = "mlpOut.value";

/**
 * Inputs of a gated graph: what goes on is ablated + gate · (live − ablated), at the hidden neurons and then at the MLP's output.
 * Gates "neuron" and "1", ablated values "row dMlp" and "row dModel".
 */
export const GATE_INPUTS = {
  hidden: { gate: "hidden.gate", ablated: "hidden.ablated" },
  mlpOut: { gate: "mlpOut.gate", ablated: "mlpOut.ablated" },
} as const;

const activations: Readonly<Record<ModelConfig["mlp"]["activation"], (x: Value) => Value>> = {
  "gelu-tanh": geluTanh,
  gelu,
  silu,
  relu,
};

/**
 * residMid = residual + z W_O + b_O; residPost = residMid + MLP(norm(residMid)); in parallel blocks the MLP reads
 * the norm of `residual` instead.
 *
 * Inputs `residual` "row dModel", `z` "row head·dHead". Outputs `residPost`, and `attnOut`, `residMid`, `mlpOut`
 * "row dModel", `hidden` "row dMlp" (after the non-linearity; for a gated MLP the input of the down projection). Where gates
 * are asked for, `hidden` is behind its gates and `mlpOut` before its own.
 */
export function writeGraph(config: ModelConfig, weights: LayerWeights, options: WriteOptions): Graph {
  const { dModel, nHeads, dHead } = config;
  const { precision } = options;
  const graph = new Graph("write");
  const steps = stepsIn(graph, config, weights, precision);
  const residual = graph.input("residual", precision, ["rows", dModel]);
  const attnOut = steps.attnOut(graph.input("z", precision, ["rows", nHeads * dHead]));
  const residMid = add(residual, attnOut);
  graph.output("attnOut", attnOut);
  graph.output("residMid", residMid);
  if (options.mlp === "given") {
    graph.output("residPost", add(residMid, graph.input(GIVEN_MLP, precision, ["rows", dModel])));
    return graph;
  }
  const through = (site: keyof typeof GATE_INPUTS, width: number, live: Value): Value => {
    if (!options.gated) return live;
    const { gate, ablated } = GATE_INPUTS[site];
    const off = graph.input(ablated, precision, ["rows", live.shape[1] as number]);
    return add(off, mul(graph.input(gate, precision, [width]), sub(live, off)));
  };
  const replaced = (live: Value): Value => {
    if (!options.replaced) return live;
    const axes = ["rows", config.dMlp];
    return where(
      graph.input(HIDDEN_INPUTS.where, "bool", axes),
      graph.input(HIDDEN_INPUTS.value, precision, axes),
      live,
    );
  };
  const live = steps.hidden(config.parallelBlocks ? residual : residMid);
  const hidden = through("hidden", config.dMlp, replaced(live));
  const mlpOut = steps.mlpOut(hidden);
  graph.output("hidden", hidden);
  graph.output("mlpOut", mlpOut);
  graph.output("residPost", add(residMid, through("mlpOut", 1, mlpOut)));
  return graph;
}

// The same write part in three steps, each with the values of the step before as input, so that what stands between them
// can be changed. No weight is in two of them.

/** `z` "row head·dHead" → `attnOut` "row dModel". */
export function attnOutGraph(config: ModelConfig, weights: LayerWeights, precision: Precision): Graph {
  const graph = new Graph("attn-out");
  const z = graph.input("z", precision, ["rows", config.nHeads * config.dHead]);
  graph.output("attnOut", stepsIn(graph, config, weights, precision).attnOut(z));
  return graph;
}

/** `mlpIn` "row dModel", the stream before the norm → `hidden` "row dMlp". */
export function hiddenGraph(config: ModelConfig, weights: LayerWeights, precision: Precision): Graph {
  const graph = new Graph("hidden");
  const mlpIn = graph.input("mlpIn", precision, ["rows", config.dModel]);
  graph.output("hidden", stepsIn(graph, config, weights, precision).hidden(mlpIn));
  return graph;
}

/** `hidden` "row dMlp" → `mlpOut` "row dModel". */
export function mlpOutGraph(config: ModelConfig, weights: LayerWeights, precision: Precision): Graph {
  const graph = new Graph("mlp-out");
  const hidden = graph.input("hidden", precision, ["rows", config.dMlp]);
  graph.output("mlpOut", stepsIn(graph, config, weights, precision).mlpOut(hidden));
  return graph;
}

/** The steps of the write part as pieces of one graph. */
function stepsIn(graph: Graph, config: ModelConfig, weights: LayerWeights, precision: Precision) {
  const { dModel, dMlp, nHeads, dHead } = config;
  const constant = (data: Float32Array, shape: readonly number[]) => weight(graph, precision, data, shape);
  const affine = (x: Value, matrix: Float32Array, shape: readonly [number, number], bias?: Float32Array) => {
    const product = matMul(x, constant(matrix, shape));
    return bias ? add(product, constant(bias, [shape[1]])) : product;
  };
  return {
    attnOut: (z: Value): Value => affine(z, weights.W_O, [nHeads * dHead, dModel], weights.b_O),
    hidden(stream: Value): Value {
      const normed = norm(graph, precision, config, stream, weights.norm2);
      const activate = activations[config.mlp.activation];
      const size = [dModel, dMlp] as const;
      const linear = affine(normed, weights.W_in, size, weights.b_in);
      if (!weights.W_gate) return activate(linear);
      return mul(activate(affine(normed, weights.W_gate, size, weights.b_gate)), linear);
    },
    mlpOut: (hidden: Value): Value => affine(hidden, weights.W_out, [dMlp, dModel], weights.b_out),
  };
}
