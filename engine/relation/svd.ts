// Singular value decompositions: low-rank maps, principal axes, pseudo-inverses of bounded rank.
import { Matrix, SingularValueDecomposition } from "ml-matrix";
import { difference, dot, type LinearMap, meanOf } from "./linear-map.ts";

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

/** W_ρ = U_ρ Σ_ρ V_ρᵀ with the same b: the nearest map of rank ρ in the Frobenius norm. */
export function truncated({ bias }: LinearMap, { singular, left, right }: Decomposition, rank: number): LinearMap {
  const n = bias.length;
  const weight = new Float64Array(n * n);
  const used = Math.min(rank, singular.length);
  for (let r = 0; r < used; r++) {
    for (let o = 0; o < n; o++) {
      const scale = singular[r] * left[r][o];
      for (let i = 0; i < n; i++) weight[o * n + i] += scale * right[r][i];
    }
  }
  return { weight, bias, rank: used };
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
