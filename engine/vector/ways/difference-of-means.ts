// The difference of means: v[l] = mean of the plus states − mean of the minus states (Arditi et al. 2024, arXiv 2406.11717; Rimsky et al.
// 2023, arXiv 2312.06681).
import { meanOfRows, minus } from "../direction.ts";
import { ofLayer, type SidesStates } from "../sides.ts";

/** From the train texts alone. @returns by layer, not normalised */
export function differenceOfMeans({ layers, plus, minus: other }: SidesStates): Float64Array[] {
  return layers.map((_, i) => minus(meanOfRows(ofLayer(plus.train, i)), meanOfRows(ofLayer(other.train, i))));
}
