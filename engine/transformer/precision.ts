// The number type of a graph: float32 to work in, float64 as the twin that tells rounding from a mistake.
import type { Precision } from "../choices/lists.ts";
import { type Graph, type Value } from "../onnx/graph.ts";

export type { Precision };

/** A weight as a constant of the graph in the graph's precision. */
export function weight(graph: Graph, precision: Precision, data: Float32Array, shape: readonly number[]): Value {
  return graph.constant(precision === "float32" ? data : Float64Array.from(data), precision, shape);
}
