// How sure it is that a circuit keeps its criterion on examples that nobody has seen: a bootstrap over both of its halves.
import { Random } from "../base/random.ts";
import { countOf, type Drawable, drawerOf, meanAt } from "./bootstrap.ts";
import { mean, type Measurement } from "./evaluator.ts";
import {
  type Criterion,
  criterionSlack,
  type Ends,
  faithfulness,
  firstHalfHolds,
  secondHalfHolds,
} from "./faithfulness.ts";
import type { Anchors } from "./report.ts";

interface Draws {
  readonly resamples?: number;
  readonly seed: number;
  /** The clusters that are drawn as a whole (default: each example by itself). */
  readonly of?: Drawable;
  /** How many examples or clusters are drawn (default: half of them). */
  readonly count?: number;
}

/**
 * Estimated probability that both halves of the criterion hold on as many other examples: the share of resamples in which they
 * do. A resample has n/2 of the n examples, or clusters of them, drawn with replacement, circuit, full model and empty circuit
 * together. Half as many, because two draws are uncertain: the one that is at hand and the one that is to come, each with a variance of σ²/n; a
 * mean of n/2 has the sum of the two. 1 for the full model.
 *
 * @param measured the circuit on the examples of the anchors
 * @see Bickel, Götze and van Zwet 1997, Statistica Sinica 7: resampling fewer than n observations
 */
export function criterionConfidence(
  measured: Measurement,
  anchors: Pick<Anchors, "full" | "empty">,
  criterion: Criterion,
  draws: Draws,
): number {
  const holding = drawn(measured, anchors, criterion, draws, (f, second, ends) =>
    Number(firstHalfHolds(criterion, f) && secondHalfHolds(criterion, second, ends)),
  );
  return mean(holding);
}

/**
 * How many standard deviations of the same resamples the criterion's nearer half lies within its bound, on average. It orders circuits
 * as `criterionConfidence` does, and tells apart also those that hold in no resample or in all.
 */
export function criterionMargin(
  measured: Measurement,
  anchors: Pick<Anchors, "full" | "empty">,
  criterion: Criterion,
  draws: Draws,
): number {
  const slacks = drawn(measured, anchors, criterion, draws, (f, second, ends) =>
    criterionSlack(criterion, f, second, ends),
  );
  const average = mean(slacks);
  return average / Math.sqrt(mean(slacks.map((slack) => (slack - average) ** 2)));
}

/** Of each resample, what its f and second half are held to be. */
function drawn(
  measured: Measurement,
  { full, empty }: Pick<Anchors, "full" | "empty">,
  criterion: Criterion,
  { resamples = 1000, seed, of = measured.metric.length, count = Math.ceil(countOf(of) / 2) }: Draws,
  judge: (f: number, second: number, ends: Ends) => number,
): Float64Array {
  const draw = drawerOf(of, count, Random.seeded(seed, "confidence"));
  return new Float64Array(resamples).map(() => {
    const rows = draw();
    const at = (values: Float64Array) => meanAt(values, rows);
    const ends = { full: at(full.metric), empty: at(empty.metric), accuracy: at(full.correct), klEmpty: at(empty.kl) };
    const f = faithfulness(at(measured.metric), ends.full, ends.empty);
    return judge(f, at(criterion.second === "accuracy" ? measured.correct : measured.kl), ends);
  });
}
