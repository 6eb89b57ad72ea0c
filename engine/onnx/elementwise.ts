// Element-wise ops: arithmetic with broadcasting, elementary functions, comparison, choice and conversion.
import { EngineError } from "../base/errors.ts";
import { say, type Sentence } from "../base/sentence.ts";
import { broadcastShapes } from "./dims.ts";
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

export const equal = comparison("Equal");
export const less = comparison("Less");
export const greater = comparison("Greater");

/** Where `condition` holds a, elsewhere b; all three broadcast. */
export function where(condition: Value, a: Value, b: Value): Value {
  if (condition.dtype !== "bool") throw typeError("where", say`a bool condition`, condition);
  needSame("where", a, b);
  const shape = broadcastShapes("where", condition.shape, broadcastShapes("where", a.shape, b.shape));
  return a.graph.node("Where", [condition, a, b], {}, { dtype: a.dtype, shape });
}

export function cast(x: Value, dtype: DType): Value {
  if (x.dtype === dtype) return x;
  return x.graph.node("Cast", [x], { to: { i: ELEMENT_TYPE[dtype] } }, { dtype, shape: x.shape });
}

export function needFloat(op: string, x: Value): void {
  if (x.dtype !== "float32" && x.dtype !== "float64") throw typeError(op, say`float32 or float64`, x);
}

export function needSame(op: string, a: Value, b: Value): void {
  if (a.dtype !== b.dtype) {
    throw new EngineError(
      "shape",
      say`${op}: the types differ: "${a.name}" is ${formatValue(a)}, "${b.name}" is ${formatValue(b)}.`,
    );
  }
}

export function typeError(op: string, wanted: Sentence, got: Value): EngineError {
  return new EngineError("shape", say`${op} needs ${wanted}, but "${got.name}" is ${formatValue(got)}.`);
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
export function wordOf(op: string): string {
  return op.charAt(0).toLowerCase() + op.slice(1);
}
