// The sums over a slice of the vocabulary from which normaliser, entropy and KL are made, as a graph without weights.
import { Graph } from "../onnx/graph.ts";
import { exp, gather, matMul, mul, reduceSum, sub, transpose } from "../onnx/ops.ts";
import type { Precision } from "../transformer/precision.ts";

/**
 * `logits` "row token", `shift` "row 1" (no logit of the slice is larger), `others` int64 "other" (rows that rows are compared with).
 *
 * With y = x − shift and e = exp y: `total` Σ e and `own` Σ e·y, "row"; `across` Σ e·y_other and `back` Σ e_other·y, "row other".
 * The last two are products of matrices, so that rows that share their counterpart share its values.
 */
export function figuresGraph(precision: Precision): Graph {
  const graph = new Graph("figures");
  const logits = graph.input("logits", precision, ["rows", "tokens"]);
  const shift = graph.input("shift", precision, ["rows", 1]);
  const others = graph.input("others", "int64", ["others"]);
  const y = sub(logits, shift);
  const e = exp(y);
  graph.output("total", reduceSum(e, [-1], false));
  graph.output("own", reduceSum(mul(e, y), [-1], false));
  graph.output("across", matMul(e, transpose(gather(y, others, 0), [1, 0])));
  graph.output("back", matMul(y, transpose(gather(e, others, 0), [1, 0])));
  return graph;
}
