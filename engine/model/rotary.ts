// Rotary frequencies: how far each pair of dimensions turns per position, and the scalings that stretch it to longer contexts.
import type { Positions } from "./model.ts";

/** θ_i = base^(−2i / rotaryDims), then scaled; radians per position. */
export function rotaryPositions(
  base: number,
  rotaryDims: number,
  scale: (frequency: number, pair: number) => number = (frequency) => frequency,
): Positions {
  const pairs = Math.floor(rotaryDims / 2);
  const inverseFrequencies = Float64Array.from({ length: pairs }, (_, i) => scale(base ** ((-2 * i) / rotaryDims), i));
  return { kind: "rotary", inverseFrequencies, rotaryDims };
}

/** Llama 3.1's scaling of one frequency. */
export interface Llama3Scaling {
  readonly factor: number;
  readonly lowFrequencyFactor: number;
  readonly highFrequencyFactor: number;
  /** Context length of the pretraining, positions. */
  readonly originalContext: number;
}

/**
 * Long waves are stretched by `factor`, short ones stay, those between are blended:
 * with s = (originalContext / wavelength − low) / (high − low): θ' = (1 − s)·θ/factor + s·θ, s limited to [0, 1].
 * @see Transformers' modeling_rope_utils.py, _compute_llama3_parameters
 */
export function scaleLlama3(frequency: number, scaling: Llama3Scaling): number {
  const wavelength = (2 * Math.PI) / frequency;
  const { lowFrequencyFactor: low, highFrequencyFactor: high } = scaling;
  const share = (scaling.originalContext / wavelength - low) / (high - low);
  const kept = Math.min(1, Math.max(0, share));
  return ((1 - kept) * frequency) / scaling.factor + kept * frequency;
}
