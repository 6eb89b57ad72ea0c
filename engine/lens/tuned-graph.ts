// One training step of a tuned lens at one layer, as a graph: cross entropy against the model's output, and its slopes.
import type { Model } from "../model/model.ts";
import { gradients } from "../onnx/gradient.ts";
import { Graph } from "../onnx/graph.ts";
import { add, logSoftmax, matMul, mul, reduceSum } from "../onnx/ops.ts";
import { norm } from "../transformer/norm.ts";
import { type Precision, weight } from "../transformer/precision.ts";

/**
 * Inputs: `states` "row dModel", `weight` "dModel dModel", `bias` "dModel", `target` "row token" (the model's own
 * probabilities), `share` scalar (1 / rows). Outputs: `loss` = −share · Σ target · log p, p the read-out of
 * states + (states · weight + bias), and `gradient.weight`, `gradient.bias`.
 */
export function tunedLossGraph(model: Model, precision: Precision): Graph {
  const { config } = model;
  const { dModel, dVocab } = config;
  const graph = new Graph("tuned-lens");
  const states = graph.input("states", precision, ["rows", dModel]);
  const W = graph.input("weight", precision, [dModel, dModel]);
  const b = graph.input("bias", precision, [dModel]);
  const target = graph.input("target", precision, ["rows", dVocab]);
  const share = graph.input("share", precision, []);
  const mapped = add(states, add(matMul(states, W), b));
  const normed = norm(graph, precision, config, mapped, model.finalNorm());
  const product = matMul(normed, weight(graph, precision, unembedding(model), [dModel, dVocab]));
  const b_U = model.unembedBias();
  const logits = b_U ? add(product, weight(graph, precision, b_U, [dVocab])) : product;
  const agreement = reduceSum(reduceSum(mul(target, logSoftmax(logits)), [-1], false), [0], false);
  const loss = mul(agreement, mul(share, graph.constant([-1], precision, [])));
  graph.output("loss", loss);
  const [slopeW, slopeB] = gradients([{ value: loss, cotangent: graph.constant([1], precision, []) }], [W, b]);
  graph.output("gradient.weight", slopeW);
  graph.output("gradient.bias", slopeB);
  return graph;
}

/** W_U "dModel token". */
function unembedding(model: Model): Float32Array {
  const { dModel, dVocab } = model.config;
  const rows = model.unembedRows(Array.from({ length: dVocab }, (_, id) => id));
  const columns = new Float32Array(rows.length);
  for (let token = 0; token < dVocab; token++) {
    for (let i = 0; i < dModel; i++) columns[i * dVocab + token] = rows[token * dModel + i];
  }
  return columns;
}
