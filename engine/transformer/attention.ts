// The attention part of a block as a graph: residual stream in, z of every query head out.
//
// Rows are tokens of many runs packed one after another, without padding. Attention alone needs a rectangle of
// runs × positions; integer inputs say which row stands where, so one gather packs and another unpacks. Keys and
// values of a prefix that several runs share come in as rows of their own and are never computed again.
import type { LayerWeights, ModelConfig } from "../model/model.ts";
import { Graph, type Value } from "../onnx/graph.ts";
import {
  add,
  concat,
  gather,
  matMul,
  mul,
  reshape,
  rmsNorm,
  rotary,
  slice,
  softmax,
  transpose,
  where,
} from "../onnx/ops.ts";
import { norm } from "./norm.ts";
import { type Precision, weight } from "./precision.ts";
import { type AttentionSite, patchInputs } from "./sites.ts";

export interface AttentionOptions {
  /** "selected": z is computed at the rows named by `queryRows` only (the read-out position in the last layer). */
  readonly queries: "all" | "selected";
  /** Sites that get inputs `<site>.where` and `<site>.value`. */
  readonly patch: readonly AttentionSite[];
  /** "apart": queries, keys and values read streams of their own, `residualQ`, `residualK`, `residualV` (default: one). */
  readonly streams?: "one" | "apart";
  readonly precision: Precision;
}

/**
 * z = softmax(q kᵀ · scale + mask) v per query head, with grouped key-value heads (query head h reads h / group).
 *
 * Inputs, with H query heads, G of them per key-value head:
 * - `residual` "row dModel"; `prefixK`, `prefixV` "prefixRow keyValueHead·dHead" (rotated keys)
 * - `cos`, `sin` "row 1 rotaryDims" (rotary models); `queryRows` "query", `queryCos`, `querySin` where selected
 * - `queryIndex` "run keyValueHead G·query" into (query, head) pairs; `keyIndex` "run keyValueHead key" into
 *   (prefix rows then rows, key-value head) pairs; `zIndex` "query head" into (run, head, query) triples
 * - `mask` "run 1 G·query key": 0 where a key may be read, −∞ elsewhere
 *
 * Outputs: `z` "query head·dHead", `q` "query head dHead", `k`, `v` "row keyValueHead·dHead" (k rotated),
 * `pattern` "run keyValueHead G·query key".
 */
export function attentionGraph(config: ModelConfig, weights: LayerWeights, options: AttentionOptions): Graph {
  const { nHeads, nKeyValueHeads, dHead, dModel } = config;
  const { precision } = options;
  const graph = new Graph("attention");
  const patched = patcher(graph, options);
  const streamNormed = (name: string) =>
    norm(graph, precision, config, graph.input(name, precision, ["rows", dModel]), weights.norm1);
  const shared = options.streams === "apart" ? undefined : streamNormed("residual");
  const normedFor = (input: "Q" | "K" | "V") => shared ?? streamNormed(`residual${input}`);
  const selected = options.queries === "selected";
  const normedQ = normedFor("Q");
  const queryNormed = selected ? gather(normedQ, graph.input("queryRows", "int64", ["queries"]), 0) : normedQ;

  const project = (x: Value, matrix: Float32Array, bias: Float32Array | undefined, heads: number) => {
    const projected = matMul(x, weight(graph, precision, matrix, [dModel, heads * dHead]));
    const biased = bias ? add(projected, weight(graph, precision, bias, [heads * dHead])) : projected;
    return reshape(biased, [-1, heads, dHead]);
  };
  const headNorm = (x: Value, gain: Float32Array | undefined) =>
    gain ? rmsNorm(x, weight(graph, precision, gain, [dHead]), config.norm.epsilon) : x;

  const q = patched("q", headNorm(project(queryNormed, weights.W_Q, weights.b_Q, nHeads), weights.normQ));
  const k = headNorm(project(normedFor("K"), weights.W_K, weights.b_K, nKeyValueHeads), weights.normK);
  const v = patched("v", project(normedFor("V"), weights.W_V, weights.b_V, nKeyValueHeads));

  const rotate = rotator(graph, config, precision);
  // Keys are read and replaced after the rotation, so that what is read is what a patch takes.
  const rotatedK = patched("k", rotate(k, "cos", "sin"));
  const rotatedQ = selected ? rotate(q, "queryCos", "querySin") : rotate(q, "cos", "sin");

  const keyIndex = graph.input("keyIndex", "int64", ["runs", nKeyValueHeads, "keys"]);
  const gathered = (rows: Value, prefix: string) => {
    const flat = reshape(rows, [-1, nKeyValueHeads * dHead]);
    const all = concat([graph.input(prefix, precision, ["prefixRows", nKeyValueHeads * dHead]), flat], 0);
    return { flat, perHead: gather(reshape(all, [-1, dHead]), keyIndex, 0) };
  };
  const keys = gathered(rotatedK, "prefixK");
  const values = gathered(v, "prefixV");
  const queryIndex = graph.input("queryIndex", "int64", ["runs", nKeyValueHeads, "groupQueries"]);
  const queries = gather(reshape(rotatedQ, [-1, dHead]), queryIndex, 0);

  const scores = mul(
    matMul(queries, transpose(keys.perHead, [0, 1, 3, 2])),
    graph.scalar(config.attentionScale, precision),
  );
  const mask = graph.input("mask", precision, ["runs", 1, "groupQueries", "keys"]);
  const pattern = patched("pattern", softmax(add(scores, mask)));
  const zIndex = graph.input("zIndex", "int64", ["queries", nHeads]);
  const z = gather(reshape(matMul(pattern, values.perHead), [-1, dHead]), zIndex, 0);

  graph.output("z", reshape(z, [-1, nHeads * dHead]));
  graph.output("q", q);
  graph.output("k", keys.flat);
  graph.output("v", values.flat);
  graph.output("pattern", pattern);
  return graph;
}

function patcher(graph: Graph, options: AttentionOptions) {
  return (site: AttentionSite, value: Value): Value => {
    if (!options.patch.includes(site)) return value;
    const names = patchInputs(site);
    const axes = value.shape.map((dim, axis) => (typeof dim === "number" ? dim : `${site}${axis}`));
    return where(graph.input(names.where, "bool", axes), graph.input(names.value, options.precision, axes), value);
  };
}

/** Rotates the first `rotaryDims` dimensions of every head; the identity for learned positions. */
function rotator(graph: Graph, config: ModelConfig, precision: Precision) {
  const tables = new Map<string, Value>();
  const table = (name: string, dims: number) => {
    const known = tables.get(name);
    if (known) return known;
    const made = graph.input(name, precision, [name.startsWith("query") ? "queries" : "rows", 1, dims]);
    tables.set(name, made);
    return made;
  };
  return (x: Value, cos: string, sin: string): Value => {
    if (config.positions.kind !== "rotary") return x;
    const dims = config.positions.rotaryDims;
    const turn = (part: Value) => rotary(part, table(cos, dims), table(sin, dims));
    if (dims === config.dHead) return turn(x);
    return concat([turn(slice(x, 2, 0, dims)), slice(x, 2, dims, config.dHead)], 2);
  };
}
