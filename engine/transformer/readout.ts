// The read-out: final norm, and the unembedding in slices of the vocabulary.
import type { ModelConfig, NormWeights } from "../model/model.ts";
import { Graph, type Value } from "../onnx/graph.ts";
import {
  add,
  exp,
  gather,
  gatherWithin,
  matMul,
  mul,
  reduceMax,
  reduceSum,
  reshape,
  sub,
  topPlaces,
  transpose,
} from "../onnx/ops.ts";
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
  graph.output("logits", logitsIn(graph, config, W_U, b_U, precision));
  return graph;
}

/** Tokens of a window at most: about as many windows are compared as tokens in one of them. */
const windowTokens = 64;

/** Into how many windows of one size so many tokens are cut. */
export function windowsOf(tokens: number): number {
  let size = Math.min(windowTokens, tokens);
  while (tokens % size !== 0) size--;
  return tokens / size;
}

/**
 * One slice of the vocabulary, of which as little as possible leaves the graph: `normed` "row dModel", `count` int64 [1], `others`
 * int64 "other" (rows that rows are compared with); W_U as above →
 *
 * `found` "row place token", the logits of the `count` windows that hold the largest ones, and `places` "row place", which they are;
 * `maxima` "row window", the largest logit of each, and `shift` "row 1", of all. The k largest logits lie in the first k windows.
 *
 * With y = x − shift and e = exp y: `total` Σ e and `own` Σ e·y, "row"; `across` Σ e·y_other and `back` Σ e_other·y, "row other".
 * The last two are products of matrices, so that rows that share their counterpart share its values.
 *
 * `logits` "row token" are for those who need them all: fetching them means copying them.
 */
export function readoutGraph(
  config: ModelConfig,
  W_U: Float32Array,
  b_U: Float32Array | undefined,
  precision: Precision,
): Graph {
  const graph = new Graph("readout");
  const logits = logitsIn(graph, config, W_U, b_U, precision);
  const count = graph.input("count", "int64", [1]);
  const others = graph.input("others", "int64", ["others"]);
  const tokens = W_U.length / config.dModel;
  const windows = windowsOf(tokens);
  const cut = reshape(logits, ["rows", windows, tokens / windows]);
  const maxima = reduceMax(cut, [-1]);
  const places = topPlaces(maxima, count, "places");
  const shift = reduceMax(maxima, [-1], true);
  const y = sub(logits, shift);
  const e = exp(y);
  graph.output("logits", logits);
  graph.output("maxima", maxima);
  graph.output("places", places);
  graph.output("found", gatherWithin(cut, places));
  graph.output("shift", shift);
  graph.output("total", reduceSum(e, [-1]));
  graph.output("own", reduceSum(mul(e, y), [-1]));
  graph.output("across", matMul(e, transpose(gather(y, others, 0), [1, 0])));
  graph.output("back", matMul(y, transpose(gather(e, others, 0), [1, 0])));
  return graph;
}

function logitsIn(
  graph: Graph,
  config: ModelConfig,
  W_U: Float32Array,
  b_U: Float32Array | undefined,
  precision: Precision,
): Value {
  const normed = graph.input("normed", precision, ["rows", config.dModel]);
  const tokens = W_U.length / config.dModel;
  const logits = matMul(normed, weight(graph, precision, W_U, [config.dModel, tokens]));
  return b_U ? add(logits, weight(graph, precision, b_U, [tokens])) : logits;
}
