// A direction at several layers, whatever way it was had, and the arithmetic of such directions.
import { dot, norm } from "../activations/change-rows.ts";
import type { DirectionMethod } from "../choices/vector.ts";

export interface Directions {
  readonly method: DirectionMethod;
  /** The layers that it is known at, ascending; -1 is the embedding. */
  readonly layers: readonly number[];
  /** One for each of them, "dModel", not normalised. */
  readonly vectors: readonly Float64Array[];
  /** The position whose states it was made from; undefined where it was not made from states. */
  readonly at?: string;
  /** Mean of the unit direction's product with the states of each side, by layer, where there are two sides. */
  readonly sides?: { readonly plus: readonly number[]; readonly minus: readonly number[] };
  /** How it was made, for people: texts, seeds, shares. */
  readonly about: Readonly<Record<string, string>>;
}

/** The vector at a layer; undefined where it is not known there. */
export function vectorAt({ layers, vectors }: Directions, layer: number): Float64Array | undefined {
  return vectors[layers.indexOf(layer)];
}

export function meanOfRows(rows: readonly ArrayLike<number>[]): Float64Array {
  const mean = new Float64Array(rows[0].length);
  for (const row of rows) for (let i = 0; i < mean.length; i++) mean[i] += row[i] / rows.length;
  return mean;
}

export const minus = (a: ArrayLike<number>, b: ArrayLike<number>): Float64Array =>
  Float64Array.from(a, (x, i) => x - b[i]);

export const times = (a: ArrayLike<number>, scale: number): Float64Array => Float64Array.from(a, (x) => scale * x);

/** v / ‖v‖; zeros stay zeros: at the embedding two sides may end in the same token. */
export function unit(vector: ArrayLike<number>): Float64Array {
  const length = norm(vector);
  return length === 0 ? Float64Array.from(vector) : times(vector, 1 / length);
}

/** 0 where one of them is zero. */
export const cosine = (a: ArrayLike<number>, b: ArrayLike<number>): number => dot(unit(a), unit(b));
