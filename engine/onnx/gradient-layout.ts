// Gradient rules of the ops that move entries: what was read twice is added, what was not read gets zero.
import { productOf } from "./dims.ts";
import { type Rules, sumTo } from "./gradient-rule.ts";
import type { Step, Value } from "./graph.ts";
import { int64, reshapeLike, sizeAt, sliceBetween, unsqueeze, zerosLike } from "./layout.ts";
import { add, cast, concat, equal, matMul, reshape, sub, transpose } from "./ops.ts";

/** Tables up to this many rows take their gradient from a matrix product with one-hot rows, which is faster and sums in a fixed order. */
const ONE_HOT_ROWS = 4096;

export const LAYOUT_RULES: Rules = {
  Reshape: (step, dy) => [reshapeLike(dy, step.inputs[0]!), undefined],
  Transpose: (step, dy) => {
    const { ints: perm } = step.attributes["perm"] as { ints: readonly number[] };
    return [transpose(dy, inverse(perm))];
  },
  Slice: (step, dy) => {
    const [x, start] = step.inputs as readonly [Value, Value, Value];
    return [padded(x, dy, start, axisAttribute(step)), undefined, undefined];
  },
  Concat: (step, dy) => {
    const axis = axisAttribute(step);
    let start = int64(dy.graph, [0]);
    return step.inputs.map((x) => {
      const size = x.shape[axis]!;
      const end = add(start, typeof size === "number" ? int64(dy.graph, [size]) : sizeAt(x, axis));
      const part = sliceBetween(dy, axis, start, end, size);
      start = end;
      return part;
    });
  },
  Gather: (step, dy) => {
    const [x, indices] = step.inputs as readonly [Value, Value];
    return [scattered(x, indices, dy, axisAttribute(step)), undefined];
  },
  GatherElements: (step, dy) => {
    const [x, indices] = step.inputs as readonly [Value, Value];
    return [scatterElements(zerosLike(x), indices, dy, axisAttribute(step)), undefined];
  },
  Expand: (step, dy) => [sumTo(dy, step.inputs[0]!.shape)],
};

/** data with the updates added at the indices of one axis, duplicates all counted. */
export function scatterElements(data: Value, indices: Value, updates: Value, axis: number): Value {
  const attributes = { axis: { i: axis }, reduction: { s: "add" } };
  return data.graph.node("ScatterElements", [data, indices, updates], attributes, data);
}

/** dy at its place in zeros of the shape of x. */
function padded(x: Value, dy: Value, start: Value, axis: number): Value {
  const after = sub(sub(sizeAt(x, axis), start), sizeAt(dy, axis));
  const pads = concat([start, after], 0);
  return x.graph.node("Pad", [dy, pads, x.graph.scalar(0, x.dtype), int64(x.graph, [axis])], {}, x);
}

/** Rows of dy summed into the rows of x that they were read from. */
function scattered(x: Value, indices: Value, dy: Value, axis: number): Value {
  const [rows, ...rest] = x.shape;
  if (axis === 0 && typeof rows === "number" && rows <= ONE_HOT_ROWS && typeof productOf(rest) === "number") {
    return reshape(oneHotSum(rows, indices, reshape(dy, [-1, productOf(rest)])), x.shape);
  }
  const toFront = [axis, ...x.shape.map((_, i) => i).filter((i) => i !== axis)];
  const indexAxes = indices.shape.map((_, i) => axis + i);
  const otherAxes = dy.shape.map((_, i) => i).filter((i) => !indexAxes.includes(i));
  const zeros = zerosLike(permuted(x, toFront));
  const inputs = [zeros, unsqueeze(indices, indices.shape.length), permuted(dy, [...indexAxes, ...otherAxes])];
  return permuted(x.graph.node("ScatterND", inputs, { reduction: { s: "add" } }, zeros), inverse(toFront));
}

/** oneHot · dy with oneHot "row entry" = 1 where the entry was read from the row, dy "entry column". */
function oneHotSum(rows: number, indices: Value, dy: Value): Value {
  const { graph, dtype } = dy;
  const all = graph.constant(
    BigInt64Array.from({ length: rows }, (_, row) => BigInt(row)),
    "int64",
    [rows, 1],
  );
  return matMul(cast(equal(all, reshape(indices, [1, -1])), dtype), dy);
}

function permuted(x: Value, perm: readonly number[]): Value {
  return perm.every((axis, i) => axis === i) ? x : transpose(x, perm);
}

function inverse(perm: readonly number[]): number[] {
  return perm.map((_, axis) => perm.indexOf(axis));
}

function axisAttribute(step: Step): number {
  return (step.attributes["axis"] as { i: number }).i;
}
