// Nested masks (matryoshka attribution): one score a unit, trained so that for every number of units the best ones keep the metric.
import { ADAM, adamWStep, noMoments, UNDIVIDED } from "../base/adamw.ts";
import { Random } from "../base/random.ts";
import type { LearnedGates } from "./gate-training.ts";
import { softTopK, softTopKSlopes } from "./soft-top-k.ts";

const rate = 0.05;
/** Of the soft top-k at the first step and behind the last, in the units of the scores; 20 steps of Adam at most go as far as the first. */
const [hot, cold] = [1, 0.1];

/**
 * Minimises E[error] over the scores s by Adam, under the gates softTopK(s, k), k uniform from 1 to n − 1: the mean over sizes of
 * the squared error, beside the areas over sizes by which orders are judged. T falls evenly on a logarithmic scale: at first no unit is
 * without a slope, at the end gates are open or closed, as they are when the order is used. All scores begin at 0.
 *
 * @see arXiv:2609.25518 (the method; rate and start are as it is told of, the rest is our reading)
 */
export class NestedMask implements LearnedGates {
  readonly scores: Float32Array;
  private readonly random: Random;
  private gates: Float64Array;
  private moments;
  private temperature = hot;

  constructor(units: number, { seed }: { readonly seed: number }) {
    this.scores = new Float32Array(units);
    this.gates = new Float64Array(units);
    this.random = Random.seeded(seed, "nested-mask");
    this.moments = noMoments(units);
  }

  draw(): Float64Array {
    const budget = 1 + (this.scores.length - 2) * this.random.uniform();
    return (this.gates = softTopK(this.scores, budget, this.temperature));
  }

  learn(slopes: Float32Array, step: number, steps: number): void {
    const gradient = Float32Array.from(softTopKSlopes(this.gates, slopes, this.temperature));
    this.moments = adamWStep(this.scores, [gradient], this.moments, rate, UNDIVIDED, ADAM);
    this.temperature = hot * (cold / hot) ** ((step + 1) / steps);
  }
}
