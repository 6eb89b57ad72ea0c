// The read-out: final norm, and the unembedding in slices of the vocabulary.
import type { ModelConfig, NormWeights } from "../model/model.ts";
import { Graph } from "../onnx/graph.ts";
import { add, matMul } from "../onnx/ops.ts";
import { norm } from "./norm.ts";
import { type Precision, weight } from "./precision.ts";

/** `residual` "row dModel" → `normed` "row dModel". */
export function finalNormGraph(config: ModelConfig, weights: NormWeights, precision: Precision): Graph {
  const graph = new Graph("final-norm");
  const residual = graph.input("residual", precision, ["rows", config.dModel]);
  graph.output("normed", norm(graph, precision, config, residual, weights));
  return graph;
}

/** `normed` "row dModel" → `logits` "row token" for one slice of the vocabulary; W_U "dModel token". */
export function unembedGraph(
  config: ModelConfig,
  W_U: Float32Array,
  b_U: Float32Array | undefined,
  precision: Precision,
): Graph {
  const graph = new Graph("unembed");
  const normed = graph.input("normed", precision, ["rows", config.dModel]);
  const tokens = W_U.length / config.dModel;
  const logits = matMul(normed, weight(graph, precision, W_U, [config.dModel, tokens]));
  graph.output("logits", b_U ? add(logits, weight(graph, precision, b_U, [tokens])) : logits);
  return graph;
}
