// The hard concrete distribution: gates that are exactly 0 or 1 much of the time and have a slope in between.
import type { Random } from "../base/random.ts";

/** Temperature, and the ends to which the gate is stretched before it is cut off at 0 and 1. */
const beta = 2 / 3;
const low = -0.1;
const high = 1.1;

export interface GateSample {
  readonly gate: number;
  /** ∂gate/∂logAlpha; 0 where the gate is cut off. */
  readonly slope: number;
}

/**
 * gate = min(1, max(0, s (ζ − γ) + γ)), s = σ((ln u − ln(1 − u) + logα) / β), u uniform; β = 2/3, γ = −0.1, ζ = 1.1.
 *
 * @see Louizos, Welling, Kingma 2018, arXiv:1712.01312
 */
export function sampleGate(logAlpha: number, random: Random): GateSample {
  const u = Math.min(1 - 1e-6, Math.max(1e-6, random.uniform()));
  const s = sigmoid((Math.log(u) - Math.log(1 - u) + logAlpha) / beta);
  const stretched = s * (high - low) + low;
  if (stretched <= 0 || stretched >= 1) return { gate: stretched <= 0 ? 0 : 1, slope: 0 };
  return { gate: stretched, slope: ((high - low) * s * (1 - s)) / beta };
}

/** P(gate > 0), and its slope. */
export function openProbability(logAlpha: number): { readonly probability: number; readonly slope: number } {
  const probability = sigmoid(logAlpha - beta * Math.log(-low / high));
  return { probability, slope: probability * (1 - probability) };
}

function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}
