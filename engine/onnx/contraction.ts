// Ops that sum over an axis: matrix product, reductions, softmax, normalisation, cross entropy, rotary embedding's mixing.
import { EngineError } from "../base/errors.ts";
import { say } from "../base/sentence.ts";
import { broadcastShapes, meet, stretchesTo } from "./dims.ts";
import { add, mul, needFloat, needSame, neg, wordOf } from "./elementwise.ts";
import { type Dim, formatShape, type Value } from "./graph.ts";
import { axisOf, concat, gatherLast, int64, slice } from "./layout.ts";

/** a·b over the last axis of a and the last but one of b; leading axes broadcast. */
export function matMul(a: Value, b: Value): Value {
  needFloat("matMul", a);
  needSame("matMul", a, b);
  const inner = a.shape.length >= 2 && b.shape.length >= 2 ? meet(a.shape.at(-1)!, b.shape.at(-2)!) : undefined;
  if (inner === undefined) {
    throw new EngineError(
      "shape",
      say`matMul: shapes ${formatShape(a.shape)} and ${formatShape(b.shape)} cannot be multiplied.`,
    );
  }
  const batch = broadcastShapes("matMul", a.shape.slice(0, -2), b.shape.slice(0, -2));
  const shape = [...batch, a.shape.at(-2)!, b.shape.at(-1)!];
  return a.graph.node("MatMul", [a, b], {}, { dtype: a.dtype, shape });
}

/** a·bᵀ of two matrices; no copy of b is transposed for it, whether b is fed or a weight. */
export function matMulTransposed(a: Value, b: Value): Value {
  needFloat("matMulTransposed", a);
  needSame("matMulTransposed", a, b);
  if (a.shape.length !== 2 || b.shape.length !== 2 || meet(a.shape[1]!, b.shape[1]!) === undefined) {
    throw new EngineError(
      "shape",
      say`matMulTransposed: shapes ${formatShape(a.shape)} and ${formatShape(b.shape)} are no two matrices of one width.`,
    );
  }
  return a.graph.node("Gemm", [a, b], { transB: { i: 1 } }, { dtype: a.dtype, shape: [a.shape[0]!, b.shape[0]!] });
}

export function reduceSum(x: Value, axes: readonly number[], keepDims = false): Value {
  return reduce("ReduceSum", x, axes, keepDims);
}

export function reduceMean(x: Value, axes: readonly number[], keepDims = false): Value {
  return reduce("ReduceMean", x, axes, keepDims);
}

export function reduceMax(x: Value, axes: readonly number[], keepDims = false): Value {
  return reduce("ReduceMax", x, axes, keepDims);
}

/** Places of the `count` largest entries of the last axis, the largest first and of equal ones the first; int64 [1] → int64 "… dim". */
export function topPlaces(x: Value, count: Value, dim: Dim): Value {
  needFloat("topPlaces", x);
  return x.graph.node("TopK", [x, count], {}, { dtype: "int64", shape: [...x.shape.slice(0, -1), dim] });
}

/** e^x / Σ e^x over the last axis. */
export function softmax(x: Value): Value {
  needFloat("softmax", x);
  return x.graph.node("Softmax", [x], { axis: { i: -1 } }, x);
}

/** x − log Σ e^x over the last axis. */
export function logSoftmax(x: Value): Value {
  needFloat("logSoftmax", x);
  return x.graph.node("LogSoftmax", [x], { axis: { i: -1 } }, x);
}

/** −logSoftmax(logits) at the targets: logits "row token", targets int64 "row" → "row", in nats. */
export function crossEntropy(logits: Value, targets: Value): Value {
  return logits.graph.composite("CrossEntropy", [logits, targets], {}, () =>
    neg(gatherLast(logSoftmax(logits), targets)),
  );
}

/** (x − mean) / √(variance + epsilon) · gain + bias over the last axis; the variance divides by n. */
export function layerNorm(x: Value, gain: Value, bias: Value | undefined, epsilon: number): Value {
  const inputs = bias ? [x, gain, bias] : [x, gain];
  checkNorm("layerNorm", inputs);
  return x.graph.node("LayerNormalization", inputs, { axis: { i: -1 }, epsilon: { f: Math.fround(epsilon) } }, x);
}

/** x / √(mean(x²) + epsilon) · gain over the last axis (Zhang & Sennrich 2019, arXiv:1910.07467). */
export function rmsNorm(x: Value, gain: Value, epsilon: number): Value {
  checkNorm("rmsNorm", [x, gain]);
  return x.graph.node(
    "SimplifiedLayerNormalization",
    [x, gain],
    { axis: { i: -1 }, epsilon: { f: Math.fround(epsilon) } },
    x,
  );
}

/**
 * x·cos + rotateHalf(x)·sin with rotateHalf([a, b]) = [−b, a], a and b the halves of the last axis; cos and sin broadcast to x.
 *
 * @see Su et al. 2021, arXiv:2104.09864, in the half-split order of GPT-NeoX and Llama checkpoints on the Hub.
 */
export function rotary(x: Value, cos: Value, sin: Value): Value {
  needFloat("rotary", x);
  for (const table of [cos, sin]) {
    if (!stretchesTo(table.shape, x.shape)) {
      throw new EngineError(
        "shape",
        say`rotary: shape ${formatShape(table.shape)} does not broadcast to ${formatShape(x.shape)}.`,
      );
    }
  }
  return x.graph.composite("Rotary", [x, cos, sin], {}, () => add(mul(x, cos), mul(rotateHalf(x), sin)));
}

/** [−b, a] for the halves a, b of the last axis. */
export function rotateHalf(x: Value): Value {
  const dims = x.shape.at(-1);
  if (typeof dims !== "number" || dims % 2 !== 0) {
    throw new EngineError("shape", say`rotary: the last axis of ${formatShape(x.shape)} has no two halves.`);
  }
  return concat([neg(slice(x, -1, dims / 2, dims)), slice(x, -1, 0, dims / 2)], -1);
}

function reduce(
  op: "ReduceSum" | "ReduceMean" | "ReduceMax",
  x: Value,
  axes: readonly number[],
  keepDims: boolean,
): Value {
  needFloat(wordOf(op), x);
  const at = axes.map((axis) => axisOf(op, x, axis));
  const shape = x.shape.flatMap((size, axis): Dim[] => (at.includes(axis) ? (keepDims ? [1] : []) : [size]));
  return x.graph.composite(op, [x], { axes: { ints: at } }, () =>
    x.graph.node(op, [x, int64(x.graph, at)], { keepdims: { i: Number(keepDims) } }, { dtype: x.dtype, shape }),
  );
}

function checkNorm(op: string, [x, ...weights]: readonly Value[]): void {
  needFloat(op, x!);
  for (const weight of weights) {
    needSame(op, x!, weight);
    if (weight.shape.length !== 1 || meet(weight.shape[0]!, x!.shape.at(-1)!) === undefined) {
      const shapes = say`${formatShape(weight.shape)} for x of shape ${formatShape(x!.shape)}`;
      throw new EngineError(
        "shape",
        say`${op}: a gain or bias has shape ${shapes}; it needs one entry per entry of the last axis.`,
      );
    }
  }
}
