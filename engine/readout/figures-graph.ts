// What is read of a slice of the vocabulary: where its large logits are, and the sums from which normaliser, entropy and KL are made.
import { Graph } from "../onnx/graph.ts";
import { exp, gather, matMul, mul, reduceMax, reduceSum, reshape, sub, transpose } from "../onnx/ops.ts";
import type { Precision } from "../transformer/precision.ts";

/**
 * `logits` "row window token", `others` int64 "other" (rows that rows are compared with) → `maxima` "row window" and `shift` "row 1",
 * the largest logits of each window and of all.
 *
 * With y = x − shift and e = exp y: `total` Σ e and `own` Σ e·y, "row"; `across` Σ e·y_other and `back` Σ e_other·y, "row other".
 * The last two are products of matrices, so that rows that share their counterpart share its values.
 */
export function figuresGraph(precision: Precision): Graph {
  const graph = new Graph("figures");
  const logits = graph.input("logits", precision, ["rows", "windows", "tokens"]);
  const others = graph.input("others", "int64", ["others"]);
  const maxima = reduceMax(logits, [-1]);
  const shift = reduceMax(maxima, [-1], true);
  const y = sub(reshape(logits, ["rows", -1]), shift);
  const e = exp(y);
  graph.output("maxima", maxima);
  graph.output("shift", shift);
  graph.output("total", reduceSum(e, [-1]));
  graph.output("own", reduceSum(mul(e, y), [-1]));
  graph.output("across", matMul(e, transpose(gather(y, others, 0), [1, 0])));
  graph.output("back", matMul(y, transpose(gather(e, others, 0), [1, 0])));
  return graph;
}
