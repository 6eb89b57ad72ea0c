// The hidden neurons of a circuit, those with the strongest effects first.
import type { NeuronView } from "../contract.ts";

export interface NeuronRow extends NeuronView {
  readonly id: string;
  /** Measured single effect, metric units; undefined where only an estimate ordered it. */
  readonly effect: number | undefined;
  readonly estimate: number | undefined;
}

export interface NeuronsResult {
  readonly modelName: string;
  readonly rows: readonly NeuronRow[];
  /** Neurons that the circuit keeps. */
  readonly total: number;
}
