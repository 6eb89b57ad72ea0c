// How the features of each kind of dictionary come from the values before them, and what pulls them towards being few.
import type { DictionaryKind } from "../choices/lists.ts";
import { keepLargest } from "./sparse-dictionary.ts";

export interface KindSettings {
  readonly kind: DictionaryKind;
  /** Of topk and batchtopk: features a state. */
  readonly k: number;
  /** Of l1 and jumprelu, as it stands at this step. */
  readonly sparsity: number;
  /** Of jumprelu: width of the kernel through which a threshold learns. */
  readonly bandwidth: number;
}

/** One batch at the features; all "row dSae" unless said otherwise. */
export interface FeatureStep {
  readonly rows: number;
  readonly dSae: number;
  /** Before the selection. */
  readonly pre: Float32Array;
  /** Of jumprelu, by feature. */
  readonly threshold: Float32Array;
  /** ‖W_dec,i‖, by feature. */
  readonly norms: Float32Array;
}

/** What the features of one batch are. */
export interface ActiveFeatures {
  /** "row dSae" */
  readonly f: Float32Array;
  /** Places in `f` of those that are not 0, ascending. */
  readonly at: Int32Array;
}

export function featuresOf(kind: KindSettings, step: FeatureStep): ActiveFeatures {
  const f = selected(kind, step);
  return { f, at: activePlaces(f) };
}

/** In a fresh array. */
function selected({ kind, k }: KindSettings, { rows, dSae, pre, threshold }: FeatureStep): Float32Array {
  const f = pre.slice();
  switch (kind) {
    case "l1":
      for (let at = 0; at < f.length; at++) if (!(f[at] > 0)) f[at] = 0;
      return f;
    case "topk":
      for (let row = 0; row < rows; row++) keepLargest(f.subarray(row * dSae, (row + 1) * dSae), k);
      return f;
    case "batchtopk":
      keepLargest(f, k * rows);
      return f;
    case "jumprelu":
      for (let at = 0, j = 0; at < f.length; at++, j = j + 1 === dSae ? 0 : j + 1) {
        if (!(f[at] > threshold[j] && f[at] > 0)) f[at] = 0;
      }
      return f;
    default:
      return kind satisfies never;
  }
}

export function activePlaces(f: Float32Array): Int32Array {
  let count = 0;
  for (let at = 0; at < f.length; at++) if (f[at] !== 0) count++;
  const places = new Int32Array(count);
  for (let at = 0, i = 0; at < f.length; at++) if (f[at] !== 0) places[i++] = at;
  return places;
}

/** The part of the loss that asks for few features, a mean over rows: λ Σ f ‖W_dec‖ (l1) or λ ‖f‖₀ (jumprelu). */
export function sparsityLoss(
  { kind, sparsity }: KindSettings,
  { rows, dSae, norms }: FeatureStep,
  { f, at }: ActiveFeatures,
): number {
  if (kind !== "l1" && kind !== "jumprelu") return 0;
  let sum = 0;
  for (const place of at) sum += kind === "l1" ? f[place] * norms[place % dSae] : 1;
  return (sparsity * sum) / rows;
}

/**
 * Turns the gradient at the features into the one at the values before them, and adds what the sparsity asks for.
 *
 * Jumprelu by straight-through estimators with a rectangle kernel K of width ε: ∂f/∂θ = −(θ/ε) K((pre − θ)/ε) and
 * ∂‖f‖₀/∂θ = −(1/ε) K((pre − θ)/ε).
 *
 * @param atFeatures gradient of the reconstruction's loss, "row dSae"
 * @returns `pre` "row dSae", 0 where no feature is; gradients at thresholds and at the decoder's row norms, by feature
 * @see Rajamanoharan et al. 2024, arXiv:2407.14435
 */
export function featureGradient(
  { kind, sparsity, bandwidth }: KindSettings,
  { rows, dSae, pre, threshold, norms }: FeatureStep,
  { f, at }: ActiveFeatures,
  atFeatures: Float32Array,
): Readonly<Record<"pre" | "threshold" | "norms", Float32Array>> {
  const slope = { pre: new Float32Array(f.length), threshold: new Float32Array(dSae), norms: new Float32Array(dSae) };
  const share = sparsity / rows;
  if (kind === "jumprelu") {
    for (let at = 0, j = 0; at < f.length; at++, j = j + 1 === dSae ? 0 : j + 1) {
      const away = pre[at] - threshold[j];
      if (Math.abs(away) < bandwidth / 2 && pre[at] > 0) {
        slope.threshold[j] -= (threshold[j] * atFeatures[at] + share) / bandwidth;
      }
    }
  }
  for (const place of at) {
    slope.pre[place] = atFeatures[place];
    if (kind !== "l1") continue;
    const j = place % dSae;
    slope.pre[place] += share * norms[j];
    slope.norms[j] += share * f[place];
  }
  return slope;
}
