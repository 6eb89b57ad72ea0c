// Ridge regression towards a prior map, in dual form: as many unknowns as samples, however wide the states are.
import { Matrix, solve } from "ml-matrix";
import { difference, dot, type LinearMap, meanOf } from "./linear-map.ts";

/** Samples of the regression; `prior` holds W_0 s of each, zeros for plain ridge. */
export interface RidgeSamples {
  readonly subjects: readonly ArrayLike<number>[];
  readonly objects: readonly ArrayLike<number>[];
  readonly prior: readonly ArrayLike<number>[];
}

/**
 * argmin over W of Σ ‖z̃ − W s̃‖² + λ ‖W − W_0‖², with s̃, z̃ centred and b = z̄ − W s̄. With K = S̃ S̃ᵀ and R = Z̃ − S̃ W_0ᵀ:
 * W = W_0 + Rᵀ (K + λ I)⁻¹ S̃. λ → 0 interpolates the samples whatever they say, λ → ∞ gives W_0.
 */
export class DualRidge {
  private readonly meanSubject: Float64Array;
  private readonly meanObject: Float64Array;
  private readonly meanPrior: Float64Array;
  /** Rows s̃. */
  private readonly centred: readonly Float64Array[];
  /** Rows of R. */
  private readonly residuals: readonly Float64Array[];
  private readonly gram: Matrix;

  constructor({ subjects, objects, prior }: RidgeSamples) {
    this.meanSubject = meanOf(subjects);
    this.meanObject = meanOf(objects);
    this.meanPrior = meanOf(prior);
    this.centred = subjects.map((s) => difference(s, this.meanSubject));
    this.residuals = objects.map((z, i) =>
      difference(difference(z, this.meanObject), difference(prior[i], this.meanPrior)),
    );
    this.gram = new Matrix(this.centred.map((a) => this.centred.map((b) => dot(a, b))));
  }

  /** tr(K) / n, the scale of λ; 1 where one sample leaves nothing to scale by, and W is the prior for any λ. */
  get scale(): number {
    return this.gram.trace() / this.gram.rows || 1;
  }

  /** z̄ + W_0 (s − s̄) + Σ_i α_i R_i with α = (K + λ I)⁻¹ S̃ (s − s̄): the map at s without making W. */
  predict(subject: ArrayLike<number>, prior: ArrayLike<number>, lambda: number): Float64Array {
    const move = difference(subject, this.meanSubject);
    const right = Matrix.columnVector(this.centred.map((row) => dot(row, move)));
    const alpha = solve(this.regularised(lambda), right);
    const out = this.meanObject.map((z, i) => z + prior[i] - this.meanPrior[i]);
    this.residuals.forEach((row, r) => row.forEach((x, i) => (out[i] += alpha.get(r, 0) * x)));
    return out;
  }

  /** @param prior W_0, "objectDim subjectDim"; absent: zero */
  map(lambda: number, prior?: { readonly weight: Float64Array; readonly rank: number }): LinearMap {
    const n = this.meanSubject.length;
    const inverse = solve(this.regularised(lambda), Matrix.eye(this.gram.rows));
    const weight = prior ? prior.weight.slice() : new Float64Array(n * n);
    this.residuals.forEach((residual, r) => {
      const direction = new Float64Array(n);
      this.centred.forEach((row, c) => row.forEach((x, i) => (direction[i] += inverse.get(r, c) * x)));
      for (let o = 0; o < n; o++) for (let i = 0; i < n; i++) weight[o * n + i] += residual[o] * direction[i];
    });
    const bias = this.meanObject.slice();
    for (let o = 0; o < n; o++) bias[o] -= dot(weight.subarray(o * n, (o + 1) * n), this.meanSubject);
    return { weight, bias, rank: Math.min(n, (prior?.rank ?? 0) + this.residuals.length - 1) };
  }

  /** K + λ I, and a constant on every entry: centred rows sum to zero, so W stays, and a small λ no longer loses its digits. */
  private regularised(lambda: number): Matrix {
    const n = this.gram.rows;
    const constant = Matrix.ones(n, n).mul(this.scale / n);
    return Matrix.add(this.gram, Matrix.eye(n).mul(lambda)).add(constant);
  }
}
