// What a gradient rule is, and the reduction that undoes broadcasting.
import type { Dim, Step, Value } from "./graph.ts";
import { reduceSum } from "./ops.ts";

/**
 * ∂L/∂input for every input of a step, from dy = ∂L/∂result; undefined where an input is no variable. Rules may return more than is
 * needed: the serialiser drops what no output reads.
 */
export type Rule = (step: Step, dy: Value) => readonly (Value | undefined)[];
export type Rules = Readonly<Record<string, Rule>>;

/** Sums away the axes along which a value of `shape` was stretched to become the shape of dy. */
export function sumTo(dy: Value, shape: readonly Dim[]): Value {
  const extra = dy.shape.length - shape.length;
  const leading = Array.from({ length: extra }, (_, axis) => axis);
  const summed = extra > 0 ? reduceSum(dy, leading, false) : dy;
  const stretched = shape.flatMap((size, axis) => (size === 1 && summed.shape[axis] !== 1 ? [axis] : []));
  return stretched.length > 0 ? reduceSum(summed, stretched, true) : summed;
}
