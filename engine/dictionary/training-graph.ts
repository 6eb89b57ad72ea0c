// The matrix products of one training step as graphs: values before the features, and the way back from the reconstruction.
import { Graph } from "../onnx/graph.ts";
import { add, matMul, mul, sub, transpose } from "../onnx/ops.ts";

/** `x` "row dIn" (without b_dec where centred), `wEnc` "dSae dIn", `bEnc` → `pre` "row dSae". */
export function encodeStepGraph(dIn: number, dSae: number): Graph {
  const graph = new Graph("dictionary-encode-step");
  const x = graph.input("x", "float32", ["row", dIn]);
  const W = graph.input("wEnc", "float32", [dSae, dIn]);
  const b = graph.input("bEnc", "float32", [dSae]);
  graph.output("pre", add(matMul(x, transpose(W, [1, 0])), b));
  return graph;
}

/**
 * `f` "row feature", `y` "row dOut", `wDec` "feature dOut", `bDec`, `slope` scalar → `error` = slope · (f W_dec + b_dec − y), which is
 * the gradient at the reconstruction where slope = 2 / (rows · scale of the loss); `wDecGradient` = fᵀ error; `fGradient` =
 * error W_decᵀ.
 */
export function decodeStepGraph(dOut: number): Graph {
  const graph = new Graph("dictionary-decode-step");
  const f = graph.input("f", "float32", ["row", "feature"]);
  const y = graph.input("y", "float32", ["row", dOut]);
  const W = graph.input("wDec", "float32", ["feature", dOut]);
  const b = graph.input("bDec", "float32", [dOut]);
  const slope = graph.input("slope", "float32", []);
  const error = mul(sub(add(matMul(f, W), b), y), slope);
  graph.output("error", error);
  graph.output("wDecGradient", matMul(transpose(f, [1, 0]), error));
  graph.output("fGradient", matMul(error, transpose(W, [1, 0])));
  return graph;
}

/** `x` "row dIn", `preGradient` "row feature" → `wEncGradient` "feature dIn" = preGradientᵀ x. */
export function encodeBackGraph(dIn: number): Graph {
  const graph = new Graph("dictionary-encode-back");
  const x = graph.input("x", "float32", ["row", dIn]);
  const back = graph.input("preGradient", "float32", ["row", "feature"]);
  graph.output("wEncGradient", matMul(transpose(back, [1, 0]), x));
  return graph;
}
