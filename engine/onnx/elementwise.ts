// Element-wise ops: arithmetic with broadcasting, functions of one argument, comparison, choice and conversion.
import { EngineError } from "../base/errors.ts";
import { broadcastShapes } from "./dims.ts";
import { erfTwin } from "./erf-twin.ts";
import { type DType, formatValue, type Value } from "./graph.ts";
import { ELEMENT_TYPE } from "./serialise.ts";

/** a + b; a number stands for a scalar of the other's type, here and in the next three. */
export const add = arithmetic("Add");
export const sub = arithmetic("Sub");
export const mul = arithmetic("Mul");
export const div = arithmetic("Div");

export const neg = unary("Neg");
export const exp = unary("Exp");
/** Natural logarithm. */
export const log = unary("Log");
export const sqrt = unary("Sqrt");
export const reciprocal = unary("Reciprocal");
export const tanh = unary("Tanh");
/** 1 / (1 + e^−x) */
export const sigmoid = unary("Sigmoid");
/** max(x, 0); its derivative at 0 is taken as 0. */
export const relu = unary("Relu");

export function square(x: Value): Value {
  return mul(x, x);
}

/** x^exponent. The exponent is no variable. */
export function pow(x: Value, exponent: number): Value {
  needFloat("pow", x);
  return x.graph.composite("Pow", [x], { exponent: { f: exponent } }, () =>
    x.graph.node("Pow", [x, x.graph.scalar(exponent, x.dtype)], {}, x),
  );
}

/** erf(x) = 2/√π ∫₀ˣ e^(−t²) dt */
export function erf(x: Value): Value {
  needFloat("erf", x);
  return x.graph.composite("Erf", [x], {}, () =>
    x.dtype === "float32" ? x.graph.node("Erf", [x], {}, x) : erfTwin(x),
  );
}

/** x · Φ(x) with Φ(x) = (1 + erf(x/√2)) / 2, the exact GELU (Hendrycks & Gimpel 2016, arXiv:1606.08415). */
export function gelu(x: Value): Value {
  needFloat("gelu", x);
  return x.graph.composite("Gelu", [x], {}, () =>
    x.dtype === "float32" ? x.graph.node("Gelu", [x], { approximate: { s: "none" } }, x) : mul(x, normalCdf(x)),
  );
}

/** x/2 · (1 + tanh(√(2/π) (x + 0.044715 x³))), GPT-2's GELU. */
export function geluTanh(x: Value): Value {
  needFloat("geluTanh", x);
  return x.graph.composite("GeluTanh", [x], {}, () =>
    x.dtype === "float32" ? x.graph.node("Gelu", [x], { approximate: { s: "tanh" } }, x) : geluTanhTwin(x),
  );
}

/** Inner scale and cubic coefficient of the tanh form of GELU. */
export const GELU_TANH = { scale: Math.sqrt(2 / Math.PI), cubic: 0.044715 } as const;

/** The float64 form: ONNX Runtime's own rounds the two coefficients to float32. */
function geluTanhTwin(x: Value): Value {
  const inner = mul(mul(x, add(mul(mul(x, x), GELU_TANH.cubic), 1)), GELU_TANH.scale);
  return mul(mul(x, 0.5), add(tanh(inner), 1));
}

/** x · sigmoid(x) */
export function silu(x: Value): Value {
  needFloat("silu", x);
  return x.graph.composite("Silu", [x], {}, () => mul(x, sigmoid(x)));
}

/** Φ(x), the standard normal distribution function. */
export function normalCdf(x: Value): Value {
  return mul(add(erf(mul(x, Math.SQRT1_2)), 1), 0.5);
}

export const equal = comparison("Equal");
export const less = comparison("Less");
export const greater = comparison("Greater");

/** Where `condition` holds a, elsewhere b; all three broadcast. */
export function where(condition: Value, a: Value, b: Value): Value {
  if (condition.dtype !== "bool") throw typeError("where", "a bool condition", condition);
  needSame("where", a, b);
  const shape = broadcastShapes("where", condition.shape, broadcastShapes("where", a.shape, b.shape));
  return a.graph.node("Where", [condition, a, b], {}, { dtype: a.dtype, shape });
}

export function cast(x: Value, dtype: DType): Value {
  if (x.dtype === dtype) return x;
  return x.graph.node("Cast", [x], { to: { i: ELEMENT_TYPE[dtype] } }, { dtype, shape: x.shape });
}

export function needFloat(op: string, x: Value): void {
  if (x.dtype !== "float32" && x.dtype !== "float64") throw typeError(op, "float32 or float64", x);
}

export function needSame(op: string, a: Value, b: Value): void {
  if (a.dtype !== b.dtype) {
    throw new EngineError(
      "shape",
      `${op}: the types differ: "${a.name}" is ${formatValue(a)}, "${b.name}" is ${formatValue(b)}.`,
    );
  }
}

export function typeError(op: string, wanted: string, got: Value): EngineError {
  return new EngineError("shape", `${op} needs ${wanted}, but "${got.name}" is ${formatValue(got)}.`);
}

type Operand = Value | number;

function arithmetic(op: string): (a: Operand, b: Operand) => Value {
  return (a, b) => binary(op, a, b, undefined);
}

function comparison(op: string): (a: Operand, b: Operand) => Value {
  return (a, b) => binary(op, a, b, "bool");
}

function binary(op: string, a: Operand, b: Operand, dtype: DType | undefined): Value {
  if (typeof a === "number") {
    if (typeof b === "number") throw new Error(`internal: ${op} of the numbers ${a} and ${b}`);
    return binary(op, b.graph.scalar(a, b.dtype), b, dtype);
  }
  const right = typeof b === "number" ? a.graph.scalar(b, a.dtype) : b;
  needSame(wordOf(op), a, right);
  const shape = broadcastShapes(wordOf(op), a.shape, right.shape);
  return a.graph.node(op, [a, right], {}, { dtype: dtype ?? a.dtype, shape });
}

function unary(op: string): (x: Value) => Value {
  return (x) => {
    if (op !== "Neg" || x.dtype !== "int64") needFloat(wordOf(op), x);
    return x.graph.node(op, [x], {}, x);
  };
}

/** The name of the function here that appends an ONNX op. */
function wordOf(op: string): string {
  return op.charAt(0).toLowerCase() + op.slice(1);
}
