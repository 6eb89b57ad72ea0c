// The first principal component of differences between pairs (repeng's pca_diff; Zou et al. 2023, arXiv 2310.01405), turned towards plus.
//
// As long as the projection of the difference of means on it, so that a coefficient means the same as for the other ways.
import { dot } from "../../activations/change-rows.ts";
import { rightAxes } from "../../relation/svd.ts";
import { meanOfRows, minus, times, unit } from "../direction.ts";
import { ofLayer, type SidesStates } from "../sides.ts";

/** From the train texts alone, row i of plus with row i of minus; the differences are not centred. @returns by layer */
export function principalComponent({ layers, plus, minus: other }: SidesStates): Float64Array[] {
  return layers.map((_, i) => {
    const [a, b] = [ofLayer(plus.train, i), ofLayer(other.train, i)];
    const differences = a.map((row, r) => minus(row, b[r]));
    const mean = minus(meanOfRows(a), meanOfRows(b));
    const width = mean.length;
    const joined = new Float64Array(differences.length * width);
    differences.forEach((row, r) => joined.set(row, r * width));
    if (joined.every((x) => x === 0)) return mean;
    const axis = unit(firstAxis(joined, differences.length, width));
    return times(axis, dot(axis, mean));
  });
}

/** The first right singular vector; through the smaller of the two Gram matrices. */
function firstAxis(rows: Float64Array, count: number, width: number): Float64Array {
  if (count >= width) return rightAxes(rows, width)[0];
  // X = U S Vᵀ, so v = Xᵀ u / s with u the first eigenvector of X Xᵀ.
  const transposed = new Float64Array(rows.length);
  for (let r = 0; r < count; r++) for (let c = 0; c < width; c++) transposed[c * count + r] = rows[r * width + c];
  const [u] = rightAxes(transposed, count);
  const axis = new Float64Array(width);
  for (let r = 0; r < count; r++) for (let c = 0; c < width; c++) axis[c] += u[r] * rows[r * width + c];
  return axis;
}
