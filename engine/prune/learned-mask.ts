// Learned masks: hard concrete gates, trained to keep the metric with a given number of them open.
import { ADAM, adamWStep, noMoments, UNDIVIDED } from "../base/adamw.ts";
import { Random } from "../base/random.ts";
import type { LearnedGates } from "./gate-training.ts";
import { type GateSample, openProbability, sampleGate } from "./hard-concrete.ts";

export interface MaskOptions {
  /** Units that should stay open. */
  readonly target: number;
  readonly seed: number;
}

/** Gates begin open in about nine of ten draws. */
const firstLogAlpha = 1;
const rate = 0.1;
/** Of the multipliers of the size constraint. */
const multiplierRate = 0.1;
/** Share of the steps over which the wanted size falls from everything to the target. */
const warmUp = 0.6;

/**
 * Minimises E[error] + λ₁ (s − t) + λ₂ (s − t)², with s the expected share of open gates and t the wanted one, over the
 * hard concrete parameters logα by Adam; λ₁ and λ₂ rise by gradient ascent. The scores are logα.
 *
 * @see Louizos et al. 2018, arXiv:1712.01312; Bhaskar et al. 2024, arXiv:2406.16778 (the constraint, there on edges)
 */
export class LearnedMask implements LearnedGates {
  readonly scores: Float32Array;
  private readonly random: Random;
  private readonly target: number;
  private samples: readonly GateSample[] = [];
  private moments;
  private linear = 0;
  private square = 0;

  constructor(units: number, { target, seed }: MaskOptions) {
    this.scores = new Float32Array(units).fill(firstLogAlpha);
    this.random = Random.seeded(seed, "learned-mask");
    this.target = target / units;
    this.moments = noMoments(units);
  }

  draw(): readonly number[] {
    this.samples = Array.from(this.scores, (logAlpha) => sampleGate(logAlpha, this.random));
    return this.samples.map(({ gate }) => gate);
  }

  learn(slopes: Float32Array, step: number, steps: number): void {
    const { scores, samples } = this;
    const open = Array.from(scores, openProbability);
    const share = open.reduce((sum, { probability }) => sum + probability, 0) / open.length;
    const wanted = 1 - (1 - this.target) * Math.min(1, step / (warmUp * steps));
    const excess = share - wanted;
    const pull = (this.linear + 2 * this.square * excess) / open.length;
    const gradient = slopes.map((slope, u) => slope * samples[u].slope + pull * open[u].slope);
    this.moments = adamWStep(scores, [gradient], this.moments, rate, UNDIVIDED, ADAM);
    this.linear += multiplierRate * excess;
    this.square += multiplierRate * excess ** 2;
  }
}
