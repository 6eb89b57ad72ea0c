// Faithfulness over the size of a circuit, and the areas by which an order is judged: MIB's two, and one that overshooting does not raise.

/** Shares of a model's edges that MIB measures at. */
export const FRACTIONS = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1] as const;

export interface CurvePoint {
  /** Share of the model's edges that the order gives. */
  readonly fraction: number;
  readonly faithfulness: number;
}

export interface Areas {
  /** CPR = ∫ f dp: larger is better, without bound, so that overshooting is rewarded. */
  readonly cpr: number;
  /** CMD = ∫ |1 − f| dp: 0 is best. */
  readonly cmd: number;
  /** ∫ min(f, 1) dp: CPR of which nothing is earned by overshooting; at most the length of the axis. Not MIB's. */
  readonly cappedCpr: number;
  /** The same with p on a logarithmic axis, over its length: small circuits weigh as much as large ones. */
  readonly logCpr: number;
  readonly logCmd: number;
  readonly logCappedCpr: number;
}

/**
 * Trapezoids between the measured shares p, which rise.
 *
 * @see Mueller et al. 2025, arXiv:2504.13151 (MIB): linear p, from 0.001 to 1, so that f = 1 throughout gives CPR 0.999
 */
export function areasUnder(points: readonly CurvePoint[]): Areas {
  const fractions = points.map(({ fraction }) => fraction);
  const logarithms = fractions.map(Math.log);
  const length = logarithms.at(-1)! - logarithms[0];
  const f = points.map(({ faithfulness }) => faithfulness);
  const capped = f.map((value) => Math.min(value, 1));
  const distance = f.map((value) => Math.abs(1 - value));
  return {
    cpr: trapezoids(fractions, f),
    cmd: trapezoids(fractions, distance),
    cappedCpr: trapezoids(fractions, capped),
    logCpr: trapezoids(logarithms, f) / length,
    logCmd: trapezoids(logarithms, distance) / length,
    logCappedCpr: trapezoids(logarithms, capped) / length,
  };
}

function trapezoids(x: readonly number[], y: readonly number[]): number {
  return y.slice(1).reduce((sum, value, i) => sum + ((value + y[i]) / 2) * (x[i + 1] - x[i]), 0);
}
