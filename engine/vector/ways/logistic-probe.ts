// The direction of a logistic probe: the w of p(plus) = σ(wᵀx + b), trained on the train texts with L2 regularisation.
//
// As long as the projection of the difference of means on it, so that a coefficient means the same as for the other ways.
import { Matrix, solve } from "ml-matrix";
import { greatest } from "../../base/greatest.ts";
import { dot } from "../../activations/change-rows.ts";
import { meanOfRows, minus, times, unit } from "../direction.ts";
import { ofLayer, type SidesStates } from "../sides.ts";

/** Of ½ λ ‖w‖² beside the mean log-loss, on states scaled to unit mean square: few texts in many dimensions can always be parted. */
export const RIDGE = 0.01;
const STEPS = 50;
/** Gradient at which Newton's steps end. */
const FLAT = 1e-10;

/** @returns by layer */
export function logisticProbe({ layers, plus, minus: other }: SidesStates): Float64Array[] {
  return layers.map((_, i) => {
    const [a, b] = [ofLayer(plus.train, i), ofLayer(other.train, i)];
    const mean = minus(meanOfRows(a), meanOfRows(b));
    if (mean.every((x) => x === 0)) return mean;
    const axis = unit(probeWeights(a, b));
    return times(axis, dot(axis, mean));
  });
}

/**
 * w = Σ αᵢ xᵢ lies in the span of the texts, so Newton's method runs on α (kernel form): n unknowns, not dModel. The intercept is not
 * regularised.
 */
export function probeWeights(plus: readonly Float64Array[], minusRows: readonly Float64Array[]): Float64Array {
  const rows = [...plus, ...minusRows];
  const labels = rows.map((_, r) => (r < plus.length ? 1 : 0));
  const centre = meanOfRows(rows);
  const centred = rows.map((row) => minus(row, centre));
  const scale = Math.sqrt(centred.reduce((sum, row) => sum + dot(row, row), 0) / (rows.length * centre.length)) || 1;
  const x = centred.map((row) => times(row, 1 / scale));
  const n = rows.length;
  const kernel = x.map((a) => Float64Array.from(x, (b) => dot(a, b)));
  const alpha = new Float64Array(n);
  let bias = 0;
  for (let step = 0; step < STEPS; step++) {
    const p = kernel.map((row) => 1 / (1 + Math.exp(-(dot(row, alpha) + bias))));
    const gradient = p.map((chance, r) => chance - labels[r]);
    // Stationary where the gradient of w, Σ (p − y) x / n + λ Σ α x, is 0: α = −(p − y) / (n λ).
    const residual = gradient.map((g, r) => g / n + RIDGE * alpha[r]);
    const drift = gradient.reduce((sum, g) => sum + g, 0) / n;
    if (greatest([...residual, drift].map(Math.abs)) < FLAT) break;
    const weights = p.map((chance) => Math.max(chance * (1 - chance), 1e-12) / n);
    // [ W K + λ I   W 1 ] [Δα]   [residual]
    // [ 1ᵀ W K    1ᵀ W 1 ] [Δb] = [drift   ]
    const matrix = kernel.map((row, r) => [
      ...Array.from(row, (k, c) => weights[r] * k + (r === c ? RIDGE : 0)),
      weights[r],
    ]);
    const last = Array.from({ length: n }, (_, c) => weights.reduce((sum, w, r) => sum + w * kernel[r][c], 0));
    matrix.push([...last, weights.reduce((sum, w) => sum + w, 0)]);
    const move = solve(new Matrix(matrix), Matrix.columnVector([...residual, drift])).to1DArray();
    for (let r = 0; r < n; r++) alpha[r] -= move[r];
    bias -= move[n];
  }
  const w = new Float64Array(centre.length);
  alpha.forEach((a, r) => x[r].forEach((value, c) => (w[c] += (a * value) / scale)));
  return w;
}
