// What a search for a circuit of units tells on its way, and what it gives.
import type { Note } from "../base/sentence.ts";
import type { Circuit } from "../circuit/circuit-schema.ts";

export interface PruneResult {
  readonly circuit: Circuit;
  readonly notes: readonly Note[];
}

export type PrunePart =
  /** What the model and the empty circuit do, before anything is removed. */
  | { readonly kind: "anchors"; readonly full: number; readonly empty: number; readonly accuracy: number }
  | { readonly kind: "step"; readonly step: RunStep };

/** One measured trial. */
export interface RunStep {
  readonly step: number;
  readonly removed: readonly string[];
  readonly faithfulness: number;
  /** Accuracy or KL, where it was measured. */
  readonly second: number | null;
  readonly accepted: boolean;
  readonly kept: number;
  /** Which of the seeded orders is being tried, from 0. */
  readonly order: number;
  readonly pass: number;
}
