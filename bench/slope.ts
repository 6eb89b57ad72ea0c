// The exponent of a growth: the slope of a straight line through points on logarithmic axes.

export interface GrowthPoint {
  readonly size: number;
  readonly seconds: number;
}

/** Least squares of log seconds on log size. */
export function logSlope(points: readonly GrowthPoint[]): number {
  const xs = points.map(({ size }) => Math.log(size));
  const ys = points.map(({ seconds }) => Math.log(seconds));
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [x0, y0] = [mean(xs), mean(ys)];
  const products = xs.map((x, i) => (x - x0) * (ys[i] - y0));
  return mean(products) / mean(xs.map((x) => (x - x0) ** 2));
}
