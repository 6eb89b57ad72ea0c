// How models/sprig is trained: every number that decides the weights, in one place.
import type { AdamWOptions } from "../base/adamw.ts";
import type { LossWeights } from "./loss-graph.ts";
import type { ModelShape } from "./parameters.ts";
import type { Schedule } from "./schedule.ts";

export interface Recipe {
  readonly seed: number;
  /** Without dVocab, which the corpus gives. */
  readonly shape: Omit<ModelShape, "dVocab">;
  /** Rows of text in a batch and tokens in a row. */
  readonly rows: number;
  readonly length: number;
  readonly adamW: AdamWOptions;
  /** Phase 1. */
  readonly plain: Schedule;
  /** Share of phase 1 that uses EARLY_MIX. */
  readonly earlyShare: number;
  /** Phase 2. */
  readonly interchange: InterchangeRecipe;
}

export interface InterchangeRecipe {
  readonly schedule: Schedule;
  /** IOI pairs in a batch. */
  readonly pairs: number;
  readonly weights: LossWeights;
  /** Heads that stay in the circuit. */
  readonly keep: number;
  /** Share of the phase in which heads leave. */
  readonly removalShare: number;
  /** Steps between removals. */
  readonly every: number;
  /** Fresh pairs that a removal is tested on. */
  readonly testPairs: number;
  /** No head leaves when the circuit's cross entropy would be larger, in nats. */
  readonly mostLoss: number;
}

export const SPRIG: Recipe = {
  seed: 1,
  shape: { nLayers: 4, nHeads: 8, dModel: 64, dMlp: 256, nContext: 32 },
  rows: 48,
  length: 25,
  adamW: { beta1: 0.9, beta2: 0.98, epsilon: 1e-8, weightDecay: 0.01, maxNorm: 1 },
  plain: { peak: 2e-3, steps: 2400, warmUp: 100, floor: 0.02 },
  earlyShare: 0.45,
  interchange: {
    schedule: { peak: 1e-3, steps: 1600, warmUp: 30, floor: 0.02 },
    pairs: 32,
    weights: { circuit: 1, consistency: 3, divergence: 1, necessity: 0.3, dispensable: 0.8 },
    keep: 5,
    removalShare: 0.6,
    every: 20,
    testPairs: 48,
    mostLoss: 0.25,
  },
};
