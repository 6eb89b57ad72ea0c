// Singular value decompositions: low-rank maps, principal axes, pseudo-inverses of bounded rank.
import { EigenvalueDecomposition, Matrix, SingularValueDecomposition } from "ml-matrix";
import { difference, dot, type LinearMap, meanOf, product } from "./linear-map.ts";

/** W = Σ_i singular_i left_i right_iᵀ, strongest first. */
export interface Decomposition {
  readonly singular: readonly number[];
  /** Unit vectors of the object's space. */
  readonly left: readonly Float64Array[];
  /** Unit vectors of the subject's space. */
  readonly right: readonly Float64Array[];
}

/** Singular values below this share of the first are rounding. */
const leastSingular = 1e-10;

/** @param weight "row column" @param columns number of columns */
export function decompose(weight: ArrayLike<number>, columns: number): Decomposition {
  const matrix = Matrix.from1DArray(weight.length / columns, columns, weight);
  const svd = new SingularValueDecomposition(matrix, { autoTranspose: true });
  const column = (of: Matrix, c: number) => Float64Array.from({ length: of.rows }, (_, r) => of.get(r, c));
  const order = svd.diagonal.map((_, i) => i).sort((a, b) => svd.diagonal[b] - svd.diagonal[a]);
  const kept = order.filter((i) => svd.diagonal[i] > leastSingular * svd.diagonal[order[0]]);
  return {
    singular: kept.map((i) => svd.diagonal[i]),
    left: kept.map((i) => column(svd.leftSingularVectors, i)),
    right: kept.map((i) => column(svd.rightSingularVectors, i)),
  };
}

/**
 * Right singular vectors alone, strongest first, as eigenvectors of WᵀW: half the time of a decomposition. They are exact to
 * rounding where σ is not below 1e-4 of the largest; what cuts a map never needs more, what inverts it does.
 */
export function rightAxes(weight: ArrayLike<number>, columns: number): Float64Array[] {
  const gram = new Matrix(columns, columns);
  const byColumn = Array.from({ length: columns }, (_, c) =>
    Float64Array.from({ length: weight.length / columns }, (_, r) => weight[r * columns + c]),
  );
  for (let a = 0; a < columns; a++) {
    for (let b = a; b < columns; b++) {
      const value = dot(byColumn[a], byColumn[b]);
      gram.set(a, b, value);
      gram.set(b, a, value);
    }
  }
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(gram, { assumeSymmetric: true });
  const order = realEigenvalues.map((_, i) => i).sort((a, b) => realEigenvalues[b] - realEigenvalues[a]);
  return order.map((i) => Float64Array.from({ length: columns }, (_, r) => eigenvectorMatrix.get(r, i)));
}

/** W_ρ = W V_ρ V_ρᵀ = U_ρ Σ_ρ V_ρᵀ with the same b: the nearest map of rank ρ in the Frobenius norm. */
export function truncated({ weight, bias }: LinearMap, right: readonly Float64Array[], rank: number): LinearMap {
  const n = bias.length;
  const cut = new Float64Array(n * n);
  const used = right.slice(0, rank);
  for (const axis of used) {
    const image = product(weight, axis);
    for (let o = 0; o < n; o++) for (let i = 0; i < n; i++) cut[o * n + i] += image[o] * axis[i];
  }
  return { weight: cut, bias, rank: used.length };
}

/** W†_ρ v = V_ρ Σ_ρ⁻¹ U_ρᵀ v. */
export function pseudoInverse({ singular, left, right }: Decomposition, rank: number, v: Float64Array): Float64Array {
  const out = new Float64Array(right[0]?.length ?? v.length);
  for (let r = 0; r < Math.min(rank, singular.length); r++) {
    const scale = dot(left[r], v) / singular[r];
    for (let i = 0; i < out.length; i++) out[i] += scale * right[r][i];
  }
  return out;
}

/** Share ‖v − U_ρ U_ρᵀ v‖ / ‖v‖ of a change of the object's state that W_ρ cannot reach, 0 to 1. */
export function unreachable({ left }: Decomposition, rank: number, v: Float64Array): number {
  const rest = v.slice();
  for (const axis of left.slice(0, rank)) {
    const along = dot(axis, v);
    for (let i = 0; i < rest.length; i++) rest[i] -= along * axis[i];
  }
  return Math.sqrt(dot(rest, rest) / dot(v, v));
}

/** Principal axes of centred vectors, strongest first. */
export function principalAxes(vectors: readonly ArrayLike<number>[]): Float64Array[] {
  const mean = meanOf(vectors);
  const centred = vectors.flatMap((vector) => [...difference(vector, mean)]);
  return [...decompose(centred, mean.length).right];
}
