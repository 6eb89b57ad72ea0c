// How the features of each kind of dictionary come from the values before them, and what pulls them towards being few.
import type { DictionaryKind } from "../choices/lists.ts";
import type { Kernels } from "../kernels/kernels.ts";
import type { FeatureLists, TrainingArrays } from "./training-memory.ts";

export interface KindSettings {
  readonly kind: DictionaryKind;
  /** Of topk and batchtopk: features a state. */
  readonly k: number;
  /** Of l1 and jumprelu, as it stands at this step. */
  readonly sparsity: number;
  /** Of jumprelu: width of the kernel through which a threshold learns. */
  readonly bandwidth: number;
}

/** The number of features is given, so that nothing in the loss has to pull on them. */
export function byCount(kind: DictionaryKind): boolean {
  return kind === "topk" || kind === "batchtopk";
}

/** One batch at the features. */
export interface FeatureStep {
  readonly rows: number;
  /** Before the selection, "row dSae". */
  readonly pre: Float32Array;
  /** Of jumprelu, by feature. */
  readonly threshold: Float32Array;
}

/** Lists the features of a batch in `active`, and of jumprelu what lies near its threshold in `near`. @returns how many are active */
export function selectFeatures(
  { kind, k, bandwidth }: KindSettings,
  { rows, pre, threshold }: FeatureStep,
  { active, near, low, high, heap }: TrainingArrays,
  kernels: Kernels,
): number {
  const dSae = low.length;
  switch (kind) {
    case "topk":
      return kernels.takeLargest(pre, dSae, { k, together: 1, heap }, active);
    case "batchtopk":
      return kernels.takeLargest(pre, dSae, { k: k * rows, together: rows, heap }, active);
    case "l1":
      low.fill(0);
      high.fill(Infinity);
      return kernels.takeWithin(pre, low, high, active);
    case "jumprelu":
      for (let j = 0; j < dSae; j++) {
        low[j] = Math.max(0, threshold[j] - bandwidth / 2);
        high[j] = threshold[j] + bandwidth / 2;
      }
      kernels.takeWithin(pre, low, high, near!);
      for (let j = 0; j < dSae; j++) low[j] = Math.max(0, threshold[j]);
      high.fill(Infinity);
      return kernels.takeWithin(pre, low, high, active);
    default:
      return kind satisfies never;
  }
}

/**
 * The part of the loss that asks for few features, a mean over rows: λ Σ f ‖W_dec‖ (l1) or λ ‖f‖₀ (jumprelu).
 *
 * @param count how many are active
 */
export function sparsityLoss(
  { kind, sparsity }: KindSettings,
  rows: number,
  count: number,
  { norms, strength }: Pick<TrainingArrays, "norms" | "strength">,
): number {
  const share = sparsity / rows;
  switch (kind) {
    case "topk":
    case "batchtopk":
      return 0;
    case "l1":
      return share * strength.reduce((sum, f, j) => sum + f * norms[j], 0);
    case "jumprelu":
      return share * count;
    default:
      return kind satisfies never;
  }
}

/**
 * Gradient at the logarithms of jumprelu's thresholds, θ times the one at the thresholds, by straight-through estimators with a rectangle kernel K of width ε:
 * ∂f/∂θ = −(θ/ε) K((pre − θ)/ε) and ∂‖f‖₀/∂θ = −(1/ε) K((pre − θ)/ε).
 *
 * @param near what lies within ε/2 of its threshold, with the gradient of the reconstruction's loss there
 * @see Rajamanoharan et al. 2024, arXiv:2407.14435
 */
export function thresholdGradient(
  { sparsity, bandwidth }: KindSettings,
  rows: number,
  { starts, columns, gradients }: FeatureLists,
  threshold: Float32Array,
): Float32Array {
  const slopes = new Float32Array(threshold.length);
  const share = sparsity / rows;
  for (let i = 0; i < starts[rows]; i++) {
    const j = columns[i];
    slopes[j] -= (threshold[j] * gradients[i] + share) / bandwidth;
  }
  return slopes.map((slope, j) => slope * threshold[j]);
}
