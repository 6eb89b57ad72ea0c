// The sums over a slice of the vocabulary from which normaliser, entropy and KL are made, as a graph without weights.
import { Graph } from "../onnx/graph.ts";
import { exp, gather, mul, reduceSum, sub } from "../onnx/ops.ts";
import type { Precision } from "../transformer/precision.ts";

/** With e = exp(x − max): Σ e, Σ e·(x − max), and against row r of the batch Σ e·(x_r − max_r) and Σ e_r·(x − max). */
export const SUMS = ["total", "own", "across", "back"] as const;

/** `logits` "row token", `max` "row 1" (the row's largest logit), `against` int64 "row" → the sums, "row" each. */
export function figuresGraph(precision: Precision): Graph {
  const graph = new Graph("figures");
  const logits = graph.input("logits", precision, ["rows", "tokens"]);
  const max = graph.input("max", precision, ["rows", 1]);
  const against = graph.input("against", "int64", ["rows"]);
  const shifted = sub(logits, max);
  const e = exp(shifted);
  graph.output("total", reduceSum(e, [-1], false));
  graph.output("own", reduceSum(mul(e, shifted), [-1], false));
  graph.output("across", reduceSum(mul(e, gather(shifted, against, 0)), [-1], false));
  graph.output("back", reduceSum(mul(gather(e, against, 0), shifted), [-1], false));
  return graph;
}
