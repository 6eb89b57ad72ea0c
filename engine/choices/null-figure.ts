// A figure beside its null: the same figure of random draws, so that a person sees what chance gives.
import type { Interval } from "../base/interval.ts";

/** A figure with fewer draws beside it says nothing about chance. */
export const LEAST_DRAWS = 20;

export interface NullFigure {
  readonly value: number;
  /** 95 % bootstrap interval over examples; undefined for too few of them, or where none was asked for. */
  readonly interval: Interval | undefined;
  readonly null: {
    /** The same figure of each random draw, in the order in which they were drawn. */
    readonly draws: readonly number[];
    readonly mean: number;
    /** Standard deviation, divided by n − 1. */
    readonly sd: number;
    /** Quantiles of the draws, linear between neighbours. */
    readonly quantiles: { readonly "0.05": number; readonly "0.5": number; readonly "0.95": number };
  };
  /** 1 + draws that are at least as large: 1 where the value lies above all of them. Of n draws, rank / (n + 1) is the one-sided p. */
  readonly rank: number;
  /** 1 + draws that lie at least as far from their own median: 1 where the value lies outside all of them, on either side. */
  readonly rankApart: number;
  /** (value − mean of the draws) / their standard deviation; undefined where all draws are the same. */
  readonly z: number | undefined;
}
