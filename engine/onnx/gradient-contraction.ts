// Gradient rules of the ops that sum over an axis.
import { productOf } from "./dims.ts";
import { scatterElements } from "./gradient-layout.ts";
import { type Rules, sumTo } from "./gradient-rule.ts";
import type { Step, Value } from "./graph.ts";
import { expandLike, sizeAt, unsqueeze } from "./layout.ts";
import {
  add,
  cast,
  div,
  exp,
  matMul,
  matMulTransposed,
  mul,
  reciprocal,
  reduceMean,
  reduceSum,
  reshape,
  softmax,
  sqrt,
  square,
  sub,
  transpose,
} from "./ops.ts";
import { rotateHalf } from "./contraction.ts";

export const CONTRACTION_RULES: Rules = {
  MatMul: (step, dy) => {
    const [a, b] = step.inputs as readonly [Value, Value];
    return [leftFactor(a, b, dy), rightFactor(a, b, dy)];
  },
  // The gradient of a product by a transposed matrix, for gradients of gradients.
  Gemm: (step, dy) => {
    const [a, b] = step.inputs as readonly [Value, Value];
    return [matMul(dy, b), matMul(lastTwoSwapped(dy), a)];
  },
  ReduceSum: (step, dy) => [expandLike(withSummedAxes(step, dy), step.inputs[0]!)],
  ReduceMean: (step, dy) => [expandLike(div(withSummedAxes(step, dy), summedCount(step)), step.inputs[0]!)],
  Softmax: ({ result: y }, dy) => [mul(y, sub(dy, reduceSum(mul(dy, y), [-1], true)))],
  LogSoftmax: ({ result: y }, dy) => [sub(dy, mul(exp(y), reduceSum(dy, [-1], true)))],
  CrossEntropy: (step, dy) => {
    // (softmax − oneHot(target)) · dy
    const [logits, targets] = step.inputs as readonly [Value, Value];
    const at = unsqueeze(targets, targets.shape.length);
    const minusOnes = expandLike(dy.graph.scalar(-1, dy.dtype), at);
    const direction = scatterElements(softmax(logits), at, minusOnes, logits.shape.length - 1);
    return [mul(direction, unsqueeze(dy, dy.shape.length)), undefined];
  },
  LayerNormalization: (step, dy) => {
    const centred = sub(step.inputs[0]!, reduceMean(step.inputs[0]!, [-1], true));
    const [dx, dGain] = scaledNormRule(step, centred, dy);
    const withoutMean = sub(dx, reduceMean(dx, [-1], true));
    return [withoutMean, dGain, ...step.inputs.slice(2).map((bias) => sumTo(dy, bias.shape))];
  },
  SimplifiedLayerNormalization: (step, dy) => scaledNormRule(step, step.inputs[0]!, dy),
  Rotary: (step, dy) => {
    // The transpose of rotateHalf is its negative.
    const [x, cos, sin] = step.inputs as readonly [Value, Value, Value];
    const dx = sub(mul(dy, cos), rotateHalf(mul(dy, sin)));
    return [dx, sumTo(mul(dy, x), cos.shape), sumTo(mul(dy, rotateHalf(x)), sin.shape)];
  },
};

/** dy · bᵀ. */
function leftFactor(a: Value, b: Value, dy: Value): Value {
  const areMatrices = dy.shape.length === 2 && b.shape.length === 2;
  return areMatrices ? matMulTransposed(dy, b) : sumTo(matMul(dy, lastTwoSwapped(b)), a.shape);
}

/** aᵀ · dy; for one matrix b shared by a batch as one product over all rows. */
function rightFactor(a: Value, b: Value, dy: Value): Value {
  if (b.shape.length > 2 || a.shape.length === 2) return sumTo(matMul(lastTwoSwapped(a), dy), b.shape);
  const [aWidth, dyWidth] = [a.shape.at(-1)!, dy.shape.at(-1)!];
  return matMul(transpose(reshape(a, [-1, aWidth]), [1, 0]), reshape(dy, [-1, dyWidth]));
}

function lastTwoSwapped(x: Value): Value {
  const axes = x.shape.map((_, axis) => axis);
  return transpose(x, [...axes.slice(0, -2), axes.at(-1)!, axes.at(-2)!]);
}

/**
 * For y = u·r·gain with r = 1/√(mean(u²) + epsilon), û = u·r and g = dy·gain: du = r·(g − û·mean(g·û)), dGain = Σ dy·û.
 */
function scaledNormRule(step: Step, u: Value, dy: Value): readonly [Value, Value] {
  const gain = step.inputs[1]!;
  const { f: epsilon } = step.attributes["epsilon"] as { f: number };
  const r = reciprocal(sqrt(add(reduceMean(square(u), [-1], true), epsilon)));
  const normed = mul(u, r);
  const g = mul(dy, gain);
  const du = mul(r, sub(g, mul(normed, reduceMean(mul(g, normed), [-1], true))));
  return [du, sumTo(mul(dy, normed), gain.shape)];
}

/** dy of a reduction with its summed axes back, as size 1. */
function withSummedAxes(step: Step, dy: Value): Value {
  const axes = [...summedAxes(step)].sort((a, b) => a - b);
  const kept = dy.shape.length === step.inputs[0]!.shape.length;
  return kept ? dy : axes.reduce((expanded, axis) => unsqueeze(expanded, axis), dy);
}

/** Number of entries that went into one mean. */
function summedCount(step: Step): Value {
  const x = step.inputs[0]!;
  const axes = summedAxes(step);
  const count = productOf(axes.map((axis) => x.shape[axis]!));
  if (typeof count === "number") return x.graph.scalar(count, x.dtype);
  return axes.map((axis) => cast(sizeAt(x, axis), x.dtype)).reduce((product, size) => mul(product, size));
}

function summedAxes(step: Step): readonly number[] {
  return (step.attributes["axes"] as { ints: readonly number[] }).ints;
}
