// The write part of a block as a graph: residual stream and z in, residual stream after the MLP out.
import type { LayerWeights, ModelConfig } from "../model/model.ts";
import { Graph, type Value } from "../onnx/graph.ts";
import { add, gelu, geluTanh, matMul, mul, relu, silu, sub, where } from "../onnx/ops.ts";
import { norm } from "./norm.ts";
import { type Precision, weight } from "./precision.ts";
import { patchInputs, type WriteSite } from "./sites.ts";

export interface WriteOptions {
  /** "given": the MLP is not computed, its output comes in as `mlpOut.value`. */
  readonly mlp: "computed" | "given";
  /** Sites that get inputs `<site>.where` and `<site>.value`. */
  readonly patch: readonly WriteSite[];
  /** Hidden neurons and the MLP get gates, see `GATE_INPUTS`. */
  readonly gated?: boolean;
  readonly precision: Precision;
}

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
 * "row dModel", `hidden` "row dMlp" (after the non-linearity; for a gated MLP the input of the down projection).
 */
export function writeGraph(config: ModelConfig, weights: LayerWeights, options: WriteOptions): Graph {
  const { dModel, nHeads, dHead } = config;
  const { precision } = options;
  const graph = new Graph("write");
  const residual = graph.input("residual", precision, ["rows", dModel]);
  const z = graph.input("z", precision, ["rows", nHeads * dHead]);
  const patched = (site: WriteSite, value: Value): Value => {
    if (!options.patch.includes(site)) return value;
    const names = patchInputs(site);
    const axes = ["rows", value.shape[1] as number];
    return where(graph.input(names.where, "bool", axes), graph.input(names.value, precision, axes), value);
  };
  const constant = (data: Float32Array, shape: readonly number[]) => weight(graph, precision, data, shape);
  const affine = (x: Value, matrix: Float32Array, shape: readonly [number, number], bias?: Float32Array) => {
    const product = matMul(x, constant(matrix, shape));
    return bias ? add(product, constant(bias, [shape[1]])) : product;
  };

  const attnOut = patched("attnOut", affine(z, weights.W_O, [nHeads * dHead, dModel], weights.b_O));
  const residMid = patched("residMid", add(residual, attnOut));
  graph.output("attnOut", attnOut);
  graph.output("residMid", residMid);
  if (options.mlp === "given") {
    graph.output("residPost", add(residMid, graph.input(patchInputs("mlpOut").value, precision, ["rows", dModel])));
    return graph;
  }

  const normed = norm(graph, precision, config, config.parallelBlocks ? residual : residMid, weights.norm2);
  const activate = activations[config.mlp.activation];
  const size = [dModel, config.dMlp] as const;
  const linear = affine(normed, weights.W_in, size, weights.b_in);
  const product = weights.W_gate
    ? mul(activate(affine(normed, weights.W_gate, size, weights.b_gate)), linear)
    : activate(linear);
  const through = (site: keyof typeof GATE_INPUTS, width: number, live: Value): Value => {
    if (!options.gated) return live;
    const { gate, ablated } = GATE_INPUTS[site];
    const off = graph.input(ablated, precision, ["rows", live.shape[1] as number]);
    return add(off, mul(graph.input(gate, precision, [width]), sub(live, off)));
  };
  const hidden = through("hidden", config.dMlp, patched("hidden", product));
  const written = patched("mlpOut", affine(hidden, weights.W_out, [config.dMlp, dModel], weights.b_out));
  const mlpOut = through("mlpOut", 1, written);
  graph.output("hidden", hidden);
  graph.output("mlpOut", mlpOut);
  graph.output("residPost", add(residMid, mlpOut));
  return graph;
}
