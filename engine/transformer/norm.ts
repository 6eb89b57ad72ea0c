// Layer norm or RMS norm, whichever the model has.
import type { ModelConfig, NormWeights } from "../model/model.ts";
import type { Graph, Value } from "../onnx/graph.ts";
import { layerNorm, rmsNorm } from "../onnx/ops.ts";
import { type Precision, weight } from "./precision.ts";

/** Normalises the last axis of `x` "… dModel". */
export function norm(graph: Graph, precision: Precision, config: ModelConfig, x: Value, weights: NormWeights): Value {
  const size = [weights.gain.length];
  const gain = weight(graph, precision, weights.gain, size);
  if (config.norm.kind === "rms") return rmsNorm(x, gain, config.norm.epsilon);
  const bias = weights.bias && weight(graph, precision, weights.bias, size);
  return layerNorm(x, gain, bias, config.norm.epsilon);
}
