// Gradient rules of the ops that move entries: what was read twice is added, what was not read gets zero.
import { productOf } from "./dims.ts";
import { type Rules, sumTo } from "./gradient-rule.ts";
import type { Step, Value } from "./graph.ts";
import { expandLike, int64, reshapeLike, sizeAt, sliceBetween, zerosLike } from "./layout.ts";
import { add, concat, reshape, sub, transpose } from "./ops.ts";

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

/**
 * Slices of dy summed into the slices of x that they were read from. By ScatterElements, whose CPU kernel is sequential: ScatterND
 * (ONNX Runtime 1.30) adds from several threads at once and loses duplicates.
 */
function scattered(x: Value, indices: Value, dy: Value, axis: number): Value {
  const [before, own, after] = [
    dy.shape.slice(0, axis),
    dy.shape.slice(axis, axis + indices.shape.length),
    dy.shape.slice(axis + indices.shape.length),
  ];
  const updates = own.length === 1 ? dy : reshape(dy, [...before, productOf(own), ...after]);
  const column = reshape(
    indices,
    x.shape.map((_, i) => (i === axis ? -1 : 1)),
  );
  return scatterElements(zerosLike(x), expandLike(column, updates), updates, axis);
}

function inverse(perm: readonly number[]): number[] {
  return perm.map((_, axis) => perm.indexOf(axis));
}

function axisAttribute(step: Step): number {
  return (step.attributes["axis"] as { i: number }).i;
}
