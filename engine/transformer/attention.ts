// The attention part of a block as a graph: residual stream in, z of every query head out.
//
// Rows are tokens of many runs packed one after another, without padding. Attention alone needs a rectangle of
// runs × positions; integer inputs say which row stands where, so one gather packs and another unpacks. Keys and
// values of a prefix that several runs share come in as rows of their own and are never computed again.
import type { LayerConfig, LayerWeights, ModelConfig } from "../model/model.ts";
import { Graph, type Value } from "../onnx/graph.ts";
import { add, concat, gather, matMul, mul, reshape, rmsNorm, rotary, slice, softmax, transpose } from "../onnx/ops.ts";
import { norm } from "./norm.ts";
import { type Precision, weight } from "./precision.ts";

export interface AttentionOptions {
  /** "selected": z is computed at the rows named by `queryRows` only (the read-out position in the last layer). */
  readonly queries: "all" | "selected";
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
export function attentionGraph(config: LayerConfig, weights: LayerWeights, options: AttentionOptions): Graph {
  const { precision } = options;
  const graph = new Graph("attention");
  const parts = partsIn(graph, config, precision);
  const streamNormed = (name: string) =>
    norm(graph, precision, config, graph.input(name, precision, ["rows", config.dModel]), weights.norm1);
  const shared = options.streams === "apart" ? undefined : streamNormed("residual");
  const normedFor = (input: "Q" | "K" | "V") => shared ?? streamNormed(`residual${input}`);
  const selected = options.queries === "selected";
  const normedQ = normedFor("Q");
  const queryNormed = selected ? gather(normedQ, graph.input("queryRows", "int64", ["queries"]), 0) : normedQ;
  const { q, k, v } = parts.projections(weights, queryNormed, normedFor("K"), normedFor("V"));
  const [cos, sin] = selected ? ["queryCos", "querySin"] : ["cos", "sin"];
  const pattern = parts.pattern(parts.rotate(q, cos, sin), k);
  graph.output("z", parts.z(pattern, v));
  graph.output("q", q);
  graph.output("k", flat(config, k));
  graph.output("v", flat(config, v));
  graph.output("pattern", pattern);
  return graph;
}

// The same attention in three steps, each with the values of the step before as inputs, so that what stands between them
// can be changed. Inputs and outputs are those of `attentionGraph`. Only the first holds weights.

/** `residual`, `cos`, `sin` → `q`, `k`, `v`. */
export function projectionsGraph(config: LayerConfig, weights: LayerWeights, precision: Precision): Graph {
  const graph = new Graph("projections");
  const residual = graph.input("residual", precision, ["rows", config.dModel]);
  const normed = norm(graph, precision, config, residual, weights.norm1);
  const { q, k, v } = partsIn(graph, config, precision).projections(weights, normed, normed, normed);
  graph.output("q", q);
  graph.output("k", flat(config, k));
  graph.output("v", flat(config, v));
  return graph;
}

/** `q`, `k`, `prefixK`, `queryIndex`, `keyIndex`, `mask`, `cos`, `sin` → `pattern`. */
export function patternGraph(config: LayerConfig, precision: Precision): Graph {
  const { nHeads, nKeyValueHeads, dHead } = config;
  const graph = new Graph("pattern");
  const q = graph.input("q", precision, ["rows", nHeads, dHead]);
  const k = graph.input("k", precision, ["rows", nKeyValueHeads * dHead]);
  const parts = partsIn(graph, config, precision);
  graph.output("pattern", parts.pattern(parts.rotate(q, "cos", "sin"), k));
  return graph;
}

/** `pattern`, `v`, `prefixV`, `keyIndex`, `zIndex` → `z`. */
export function mixedValuesGraph(config: LayerConfig, precision: Precision): Graph {
  const { nKeyValueHeads, dHead } = config;
  const graph = new Graph("mixed-values");
  const pattern = graph.input("pattern", precision, ["runs", nKeyValueHeads, "groupQueries", "keys"]);
  const v = graph.input("v", precision, ["rows", nKeyValueHeads * dHead]);
  graph.output("z", partsIn(graph, config, precision).z(pattern, v));
  return graph;
}

const flat = ({ nKeyValueHeads, dHead }: ModelConfig, rows: Value): Value =>
  reshape(rows, [-1, nKeyValueHeads * dHead]);

/** The steps of attention as pieces of one graph; an input that two of them read is made once. */
function partsIn(graph: Graph, config: LayerConfig, precision: Precision) {
  const { nHeads, nKeyValueHeads, dHead, dModel } = config;
  const rotate = rotator(graph, config, precision);
  let keyIndex: Value | undefined;
  const perHead = (rows: Value, prefix: string) => {
    const before = graph.input(prefix, precision, ["prefixRows", nKeyValueHeads * dHead]);
    keyIndex ??= graph.input("keyIndex", "int64", ["runs", nKeyValueHeads, "keys"]);
    return gather(reshape(concat([before, flat(config, rows)], 0), [-1, dHead]), keyIndex, 0);
  };
  const project = (x: Value, matrix: Float32Array, bias: Float32Array | undefined, heads: number) => {
    const projected = matMul(x, weight(graph, precision, matrix, [dModel, heads * dHead]));
    const biased = bias ? add(projected, weight(graph, precision, bias, [heads * dHead])) : projected;
    return reshape(biased, [-1, heads, dHead]);
  };
  const headNorm = (x: Value, gain: Float32Array | undefined) =>
    gain ? rmsNorm(x, weight(graph, precision, gain, [dHead]), config.norm.epsilon) : x;
  return {
    rotate,
    /** Queries before their rotation, keys after it: what is read of them is what can be put there. */
    projections(weights: LayerWeights, forQ: Value, forK: Value, forV: Value) {
      return {
        q: headNorm(project(forQ, weights.W_Q, weights.b_Q, nHeads), weights.normQ),
        k: rotate(headNorm(project(forK, weights.W_K, weights.b_K, nKeyValueHeads), weights.normK), "cos", "sin"),
        v: project(forV, weights.W_V, weights.b_V, nKeyValueHeads),
      };
    },
    /** @param q, k both rotated */
    pattern(q: Value, k: Value): Value {
      const keys = perHead(k, "prefixK");
      const queryIndex = graph.input("queryIndex", "int64", ["runs", nKeyValueHeads, "groupQueries"]);
      const queries = gather(reshape(q, [-1, dHead]), queryIndex, 0);
      const scale = graph.scalar(config.attentionScale, precision);
      const scores = mul(matMul(queries, transpose(keys, [0, 1, 3, 2])), scale);
      return softmax(add(scores, graph.input("mask", precision, ["runs", 1, "groupQueries", "keys"])));
    },
    z(pattern: Value, v: Value): Value {
      const zIndex = graph.input("zIndex", "int64", ["queries", nHeads]);
      const read = matMul(pattern, perHead(v, "prefixV"));
      return reshape(gather(reshape(read, [-1, dHead]), zIndex, 0), [-1, nHeads * dHead]);
    },
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
