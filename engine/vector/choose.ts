// Which layer and coefficient are taken, by what they do on the validation split alone.
//
// How well a direction parts two sets of texts chooses nothing: it often does so at every layer, and acts at few.
import type { LayerScore, SelectionRule, SweepCell } from "../choices/vector.ts";

/** Arditi et al. pass over the last fifth of the layers: behind the last one a direction is only a bias on the logits. */
const isLate = (layer: number, nLayers: number): boolean => layer >= Math.min(0.8 * nLayers, nLayers - 1);
/** Arditi et al.: projected out, it may move harmless text by so much, nats. */
const MOST_KL_REMOVED = 0.1;

export interface LayerCandidate {
  readonly layer: number;
  /** Added once. */
  readonly added: LayerScore;
  /** Projected out: the plus side's score without it, and KL. */
  readonly removed?: { readonly score: number; readonly kl: number };
}

/**
 * - gain: largest change of the score − KL when added
 * - induce: largest change when added, among layers with KL of at most 1
 * - remove: smallest score of the plus side when projected out, among layers with KL ≤ 0.1 that raise the score when added (card of
 *   Arditi et al.)
 *
 * @returns undefined where no layer passes
 */
export function chosenCandidate<Candidate extends LayerCandidate>(
  candidates: readonly Candidate[],
  rule: SelectionRule,
  nLayers: number,
): Candidate | undefined {
  const early = candidates.filter(({ layer }) => !isLate(layer, nLayers));
  const best = (of: readonly Candidate[], worth: (one: Candidate) => number) =>
    of.reduce<Candidate | undefined>((top, one) => (top && worth(top) >= worth(one) ? top : one), undefined);
  switch (rule) {
    case "gain":
      return best(early, ({ added }) => added.change - (added.kl ?? 0));
    case "induce":
      return best(
        early.filter(({ added }) => (added.kl ?? 0) <= 1),
        ({ added }) => added.change,
      );
    case "remove":
      return best(
        early.filter(
          ({ added, removed }) => removed !== undefined && added.change > 0 && removed.kl <= MOST_KL_REMOVED,
        ),
        ({ removed }) => -removed!.score,
      );
    default:
      return rule satisfies never;
  }
}

/** The cell of largest change in either direction whose KL is small enough; undefined where none is. */
export function chosenCell(cells: readonly SweepCell[], mostKl: number, nLayers: number): SweepCell | undefined {
  return cells
    .filter(({ layer, kl }) => !isLate(layer, nLayers) && kl <= mostKl)
    .reduce<SweepCell | undefined>(
      (top, cell) => (top && Math.abs(top.change) >= Math.abs(cell.change) ? top : cell),
      undefined,
    );
}

/** Coefficients around 0 at which KL stays small: the range that holds 0 and no coefficient of a larger KL. */
export function saneRange(
  doses: readonly { readonly coefficient: number; readonly kl: number }[],
  mostKl: number,
): readonly [number, number] | undefined {
  const ordered = [...doses].sort((a, b) => a.coefficient - b.coefficient);
  const up = ordered.filter(({ coefficient }) => coefficient > 0);
  const down = ordered.filter(({ coefficient }) => coefficient < 0).reverse();
  const last = (side: typeof ordered) => {
    const end = side.findIndex(({ kl }) => kl > mostKl);
    return (end < 0 ? side : side.slice(0, end)).at(-1)?.coefficient ?? 0;
  };
  const range = [last(down), last(up)] as const;
  return range[0] === 0 && range[1] === 0 ? undefined : range;
}
