// How sure it is that a circuit keeps its criterion on examples that nobody has seen: a bootstrap over both of its halves.
import { Random } from "../base/random.ts";
import { meanAt } from "./bootstrap.ts";
import type { Measurement } from "./evaluator.ts";
import { type Criterion, faithfulness, firstHalfHolds, secondHalfHolds } from "./faithfulness.ts";
import type { Anchors } from "./report.ts";

/**
 * Estimated probability that both halves of the criterion hold on as many other examples: the share of resamples in which they
 * do. A resample has n/2 of the n examples, drawn with replacement, circuit, full model and empty circuit together. Half as many,
 * because two draws are uncertain: the one that is at hand and the one that is to come, each with a variance of σ²/n; a
 * mean of n/2 has the sum of the two. 1 for the full model.
 *
 * @param measured the circuit on the examples of the anchors
 * @see Bickel, Götze and van Zwet 1997, Statistica Sinica 7: resampling fewer than n observations
 */
export function criterionConfidence(
  measured: Measurement,
  { full, empty }: Pick<Anchors, "full" | "empty">,
  criterion: Criterion,
  { resamples = 1000, seed }: { readonly resamples?: number; readonly seed: number },
): number {
  const n = measured.metric.length;
  const random = Random.seeded(seed, "confidence");
  const drawn = new Int32Array(Math.ceil(n / 2));
  let holding = 0;
  for (let r = 0; r < resamples; r++) {
    for (let i = 0; i < drawn.length; i++) drawn[i] = random.below(n);
    const at = (values: Float64Array) => meanAt(values, drawn);
    const ends = { full: at(full.metric), empty: at(empty.metric), accuracy: at(full.correct), klEmpty: at(empty.kl) };
    const f = faithfulness(at(measured.metric), ends.full, ends.empty);
    const second = at(criterion.second === "accuracy" ? measured.correct : measured.kl);
    if (firstHalfHolds(criterion, f) && secondHalfHolds(criterion, second, ends)) holding++;
  }
  return holding / resamples;
}
