// Gradient rules of the element-wise ops.
import { GELU_TANH, normalCdf } from "./activation.ts";
import { type Rule, type Rules, sumTo } from "./gradient-rule.ts";
import type { Step, Value } from "./graph.ts";
import { add, cast, div, exp, greater, mul, neg, pow, sigmoid, square, sub, tanh, where } from "./ops.ts";

/** A rule dx = dy · y′ for ops of one argument. */
function pointwise(derivative: (x: Value, y: Value, step: Step) => Value): Rule {
  return (step, dy) => [mul(dy, derivative(step.inputs[0]!, step.result, step))];
}

/** A rule for two operands that broadcast. */
function broadcasting(rule: (dy: Value, a: Value, b: Value, y: Value) => readonly [Value, Value]): Rule {
  return (step, dy) => {
    const [a, b] = step.inputs as readonly [Value, Value];
    const [da, db] = rule(dy, a, b, step.result);
    return [sumTo(da, a.shape), sumTo(db, b.shape)];
  };
}

function geluTanhDerivative(x: Value): Value {
  const { scale, cubic } = GELU_TANH;
  const x2 = square(x);
  const t = tanh(mul(mul(x, add(mul(x2, cubic), 1)), scale));
  const inner = mul(add(mul(x2, 3 * cubic), 1), scale);
  return mul(add(add(t, 1), mul(mul(x, sub(1, square(t))), inner)), 0.5);
}

/** φ(x), the standard normal density. */
function normalDensity(x: Value): Value {
  return mul(exp(mul(square(x), -0.5)), 1 / Math.sqrt(2 * Math.PI));
}

export const ELEMENTWISE_RULES: Rules = {
  Add: broadcasting((dy) => [dy, dy]),
  Sub: broadcasting((dy) => [dy, neg(dy)]),
  Mul: broadcasting((dy, a, b) => [mul(dy, b), mul(dy, a)]),
  Div: broadcasting((dy, _a, b, y) => [div(dy, b), neg(div(mul(dy, y), b))]),
  Neg: (_step, dy) => [neg(dy)],
  Exp: pointwise((_x, y) => y),
  Log: (step, dy) => [div(dy, step.inputs[0]!)],
  Sqrt: (step, dy) => [mul(div(dy, step.result), 0.5)],
  Reciprocal: pointwise((_x, y) => neg(square(y))),
  Pow: pointwise((x, _y, { attributes }) => {
    const { f: exponent } = attributes["exponent"] as { f: number };
    return mul(pow(x, exponent - 1), exponent);
  }),
  Tanh: pointwise((_x, y) => sub(1, square(y))),
  Sigmoid: pointwise((_x, y) => mul(y, sub(1, y))),
  Relu: (step, dy) => [where(greater(step.inputs[0]!, 0), dy, dy.graph.scalar(0, dy.dtype))],
  Erf: pointwise((x) => mul(exp(neg(square(x))), 2 / Math.sqrt(Math.PI))),
  Gelu: pointwise((x) => add(normalCdf(x), mul(x, normalDensity(x)))),
  GeluTanh: pointwise(geluTanhDerivative),
  Silu: pointwise((x) => {
    const s = sigmoid(x);
    return mul(s, add(mul(x, sub(1, s)), 1));
  }),
  Where: (step, dy) => {
    const [condition, a, b] = step.inputs as readonly [Value, Value, Value];
    const zero = dy.graph.scalar(0, dy.dtype);
    return [undefined, sumTo(where(condition, dy, zero), a.shape), sumTo(where(condition, zero, dy), b.shape)];
  },
  Cast: (step, dy) => [cast(dy, step.inputs[0]!.dtype)],
};
