// Ops that move entries about without changing them: reshape, transpose, slice, concat, gather, expand.
import { assertInternal, EngineError } from "../base/errors.ts";
import { say, sayList } from "../base/sentence.ts";
import { factorsOf, mayBeEqual, meet, productOf, quotientOf, stretchesTo, sumOf } from "./dims.ts";
import { needSame, typeError } from "./elementwise.ts";
import { type Dim, type Graph, formatShape, formatValue, type Value } from "./graph.ts";

/**
 * The same entries in another shape. A dim is a number, a symbol, or once −1 for "the rest". A new size that is symbolic is read
 * at run time: the only one as the rest, one that stays on its axis from x, several from the axes of the graph's inputs.
 */
export function reshape(x: Value, dims: readonly Dim[]): Value {
  const shape = withRest(x, dims);
  return x.graph.node("Reshape", [x, reshapeTarget(x, shape)], { allowzero: { i: 1 } }, { dtype: x.dtype, shape });
}

/** The entries of x in the shape of another value. */
export function reshapeLike(x: Value, like: Value): Value {
  return x.graph.node("Reshape", [x, shapeOf(like)], { allowzero: { i: 1 } }, { dtype: x.dtype, shape: like.shape });
}

/** x with an axis of size 1 before `axis` (or after the last). */
export function unsqueeze(x: Value, axis: number): Value {
  const shape = [...x.shape.slice(0, axis), 1, ...x.shape.slice(axis)];
  return x.graph.node("Unsqueeze", [x, int64(x.graph, [axis])], {}, { dtype: x.dtype, shape });
}

/** Axis i of the result is axis perm[i] of x. */
export function transpose(x: Value, perm: readonly number[]): Value {
  const isPermutation =
    [...perm].sort((a, b) => a - b).every((axis, i) => axis === i) && perm.length === x.shape.length;
  if (!isPermutation) {
    throw new EngineError(
      "shape",
      say`transpose: [${sayList(perm, ", ")}] does not permute the axes of shape ${formatShape(x.shape)}.`,
    );
  }
  const shape = perm.map((axis) => x.shape[axis]!);
  return x.graph.node("Transpose", [x], { perm: { ints: perm } }, { dtype: x.dtype, shape });
}

/** Entries start ≤ i < end of one axis. `end` may be the axis's own symbol; other ends of a symbolic axis must not exceed it. */
export function slice(x: Value, axis: number, start: number, end: Dim): Value {
  const at = axisOf("slice", x, axis);
  const size = x.shape[at]!;
  const isNumber = typeof end === "number";
  const fits = isNumber ? end >= start && !(typeof size === "number" && end > size) : end === size;
  if (!fits || start < 0) {
    throw new EngineError(
      "shape",
      say`slice: ${start} to ${end} lies outside axis ${at} of shape ${formatShape(x.shape)}.`,
    );
  }
  const length = isNumber ? end - start : sumOf([end, -start]);
  const stop = isNumber ? end : Number.MAX_SAFE_INTEGER;
  return sliceBetween(x, at, int64(x.graph, [start]), int64(x.graph, [stop]), length);
}

/** `slice` with bounds worked out at run time, int64 [1] each; `length` is what the result's axis is called. */
export function sliceBetween(x: Value, axis: number, start: Value, end: Value, length: Dim): Value {
  const shape = x.shape.map((size, i) => (i === axis ? length : size));
  const axes = int64(x.graph, [axis]);
  return x.graph.composite("Slice", [x, start, end], { axis: { i: axis } }, () =>
    x.graph.node("Slice", [x, start, end, axes], {}, { dtype: x.dtype, shape }),
  );
}

/** One after another along an axis; the other axes agree. */
export function concat(xs: readonly Value[], axis: number): Value {
  const first = xs[0];
  assertInternal(first, "concat of nothing");
  const at = axisOf("concat", first, axis);
  for (const x of xs) {
    needSame("concat", first, x);
    const agrees =
      x.shape.length === first.shape.length &&
      x.shape.every((n, i) => i === at || meet(n, first.shape[i]!) !== undefined);
    if (!agrees) {
      const shapes = say`${formatShape(first.shape)} and ${formatShape(x.shape)}`;
      throw new EngineError("shape", say`concat: shapes ${shapes} differ on an axis other than ${at}.`);
    }
  }
  const shape = first.shape.map((size, i) => (i === at ? sumOf(xs.map((x) => x.shape[i]!)) : meetAll(xs, i, size)));
  return first.graph.node("Concat", xs, { axis: { i: at } }, { dtype: first.dtype, shape });
}

/** x[…, indices, …]: the axis is replaced by the axes of `indices` (int64, 0 ≤ index < size). */
export function gather(x: Value, indices: Value, axis: number): Value {
  needIndices("gather", indices);
  const at = axisOf("gather", x, axis);
  const shape = [...x.shape.slice(0, at), ...indices.shape, ...x.shape.slice(at + 1)];
  return x.graph.node("Gather", [x, indices], { axis: { i: at } }, { dtype: x.dtype, shape });
}

/** result[i, j, …] = x[i, indices[i, j], …]: of each entry of the first axis its own choice along the second; indices int64 "i j". */
export function gatherWithin(x: Value, indices: Value): Value {
  needIndices("gatherWithin", indices);
  const shape = [...indices.shape, ...x.shape.slice(2)];
  return x.graph.node("GatherND", [x, unsqueeze(indices, 2)], { batch_dims: { i: 1 } }, { dtype: x.dtype, shape });
}

/** result[i, j, …] = x[i, …, indices[i, j, …], …]: as many axes as x, one index per entry of the result. */
export function gatherElements(x: Value, indices: Value, axis: number): Value {
  needIndices("gatherElements", indices);
  const at = axisOf("gatherElements", x, axis);
  if (x.shape.length !== indices.shape.length) {
    const shapes = say`${formatShape(x.shape)} and indices ${formatShape(indices.shape)}`;
    throw new EngineError("shape", say`gatherElements: shapes ${shapes} differ in their number of axes.`);
  }
  return x.graph.node("GatherElements", [x, indices], { axis: { i: at } }, { dtype: x.dtype, shape: indices.shape });
}

/** result[i, …] = x[i, …, indices[i, …]]: one entry of the last axis for each of the others. */
export function gatherLast(x: Value, indices: Value): Value {
  const picked = gatherElements(x, reshape(indices, [...indices.shape, 1]), -1);
  return reshape(picked, indices.shape);
}

/** x broadcast to a shape; symbolic sizes are read from the axes of the graph's inputs. */
export function expand(x: Value, shape: readonly Dim[]): Value {
  if (!stretchesTo(x.shape, shape)) {
    throw new EngineError(
      "shape",
      say`expand: shape ${formatShape(x.shape)} does not broadcast to ${formatShape(shape)}.`,
    );
  }
  return expandTo(x, shapeValue("expand", x, shape), shape);
}

/** x broadcast to the shape of another value. */
export function expandLike(x: Value, like: Value): Value {
  return expandTo(x, shapeOf(like), like.shape);
}

export function zerosLike(x: Value): Value {
  return expandLike(x.graph.scalar(0, x.dtype), x);
}

/** int64 [rank]: the shape of a value in the run. */
function shapeOf(x: Value): Value {
  return x.graph.node("Shape", [x], {}, { dtype: "int64", shape: [x.shape.length] });
}

/** int64 [1]: one size of a value in the run. */
export function sizeAt(x: Value, axis: number): Value {
  return x.graph.node("Shape", [x], { start: { i: axis }, end: { i: axis + 1 } }, { dtype: "int64", shape: [1] });
}

export function int64(graph: Graph, entries: readonly number[]): Value {
  return graph.constant(entries, "int64", [entries.length]);
}

/** An axis counted from the front; −1 is the last. */
export function axisOf(op: string, x: Value, axis: number): number {
  const at = axis < 0 ? axis + x.shape.length : axis;
  if (!Number.isInteger(at) || at < 0 || at >= x.shape.length) {
    throw new EngineError("shape", say`${op}: there is no axis ${axis} in shape ${formatShape(x.shape)}.`);
  }
  return at;
}

function expandTo(x: Value, target: Value, shape: readonly Dim[]): Value {
  return x.graph.composite("Expand", [x], {}, () => x.graph.node("Expand", [x, target], {}, { dtype: x.dtype, shape }));
}

function meetAll(xs: readonly Value[], axis: number, size: Dim): Dim {
  return xs.reduce((met: Dim, x) => meet(met, x.shape[axis]!) ?? met, size);
}

function needIndices(op: string, indices: Value): void {
  if (indices.dtype !== "int64") throw typeError(op, say`int64 indices`, indices);
}

/** The dims of a reshape with −1 worked out. */
function withRest(x: Value, dims: readonly Dim[]): Dim[] {
  const total = productOf(x.shape);
  const known = productOf(dims.filter((dim) => dim !== -1));
  const rests = dims.filter((dim) => dim === -1).length;
  const rest = rests === 1 ? quotientOf(total, known) : undefined;
  const fits = rests === 0 ? mayBeEqual(total, known) : rest !== undefined;
  if (!fits) {
    const count = rests > 1 ? say`−1 stands for one axis only` : say`${total} entries do not fill ${known}`;
    throw new EngineError("shape", say`reshape: ${formatValue(x)} to ${formatShape(dims)}: ${count}.`);
  }
  return dims.map((dim) => (dim === -1 ? rest! : dim));
}

function reshapeTarget(x: Value, shape: readonly Dim[]): Value {
  const symbolic = shape.filter((dim) => typeof dim === "string").length;
  if (symbolic > 1) return shapeValue("reshape", x, shape);
  return int64(
    x.graph,
    shape.map((dim) => (typeof dim === "number" ? dim : -1)),
  );
}

/** A shape as int64 [rank], symbolic sizes read off the axes of x or of the graph's inputs. */
function shapeValue(op: string, x: Value, shape: readonly Dim[]): Value {
  if (shape.every((dim) => typeof dim === "number")) return int64(x.graph, shape);
  const sizes = shape.map((dim) => (typeof dim === "number" ? int64(x.graph, [dim]) : symbolValue(op, x, dim)));
  return sizes.length === 1 ? sizes[0]! : concat(sizes, 0);
}

/** int64 [1]: the size that a symbol, or each factor of it, has somewhere on x or on an input. */
function symbolValue(op: string, x: Value, symbol: string): Value {
  for (const source of [x, ...x.graph.inputs]) {
    const axis = source.shape.indexOf(symbol);
    if (axis >= 0) return sizeAt(source, axis);
  }
  const factors = factorsOf(symbol);
  if (factors.length === 1) {
    throw new EngineError(
      "shape",
      say`${op}: "${symbol}" is no axis of ${formatShape(x.shape)} nor of an input of graph "${x.graph.name}", so its size cannot be read at run time.`,
    );
  }
  const values = factors.map((factor) =>
    /^\d+$/.test(factor) ? int64(x.graph, [Number(factor)]) : symbolValue(op, x, factor),
  );
  return values.reduce((product, value) => x.graph.node("Mul", [product, value], {}, product));
}
