// The learning rate at every step: a linear warm-up, then half a cosine down to a small floor.

export interface Schedule {
  readonly peak: number;
  readonly steps: number;
  readonly warmUp: number;
  /** Last rate as a share of the peak. */
  readonly floor: number;
}

/** Rate at `step` (0-based): peak · min(1, (step+1)/warmUp) · (floor + (1−floor) · ½(1 + cos(π · (step−warmUp)/(steps−warmUp)))). */
export function learningRate({ peak, steps, warmUp, floor }: Schedule, step: number): number {
  const done = Math.min(1, Math.max(0, (step - warmUp) / (steps - warmUp)));
  return peak * Math.min(1, (step + 1) / warmUp) * (floor + (1 - floor) * 0.5 * (1 + Math.cos(Math.PI * done)));
}
