// A relation as a linear map from the subject's state to the object's.
import type { Reals } from "../activations/packing.ts";

/** z ≈ β W s + b, in residual-stream units. */
export interface LinearMap {
  /** W, "objectDim subjectDim" (row-major). */
  readonly weight: Float64Array;
  /** b, "objectDim". */
  readonly bias: Float64Array;
  /** Upper bound of the rank of W that its making gives. */
  readonly rank: number;
}

/** W s, "objectDim". @param weight "objectDim subjectDim" */
export function product(weight: Reals, state: ArrayLike<number>): Float64Array {
  const n = state.length;
  const out = new Float64Array(weight.length / n);
  for (let row = 0; row < out.length; row++) {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += weight[row * n + i] * state[i];
    out[row] = sum;
  }
  return out;
}

/** β W s + b, "objectDim". */
export function predicted({ weight, bias }: LinearMap, state: ArrayLike<number>, beta = 1): Float64Array {
  return product(weight, state).map((x, i) => beta * x + bias[i]);
}

export function identity(n: number): Float64Array {
  const weight = new Float64Array(n * n);
  for (let i = 0; i < n; i++) weight[i * n + i] = 1;
  return weight;
}

/** Mean of vectors of one length. */
export function meanOf(vectors: readonly ArrayLike<number>[]): Float64Array {
  const mean = new Float64Array(vectors[0].length);
  for (const vector of vectors) for (let i = 0; i < mean.length; i++) mean[i] += vector[i] / vectors.length;
  return mean;
}

export function difference(a: ArrayLike<number>, b: ArrayLike<number>): Float64Array {
  return Float64Array.from(a, (x, i) => x - b[i]);
}

export function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}
