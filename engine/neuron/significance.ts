// Tests of changes: a paired permutation test, the two-sample t-test that a paper used, and Holm's correction for many of them.
import { Random } from "../base/random.ts";
import { average } from "./over-places.ts";

/** Up to so many values every flip is tried. */
const mostExact = 13;
const flips = 9999;

/**
 * Two-sided p of a mean of paired differences: share of flips of their signs that give a mean at least as far from 0, the own signs among
 * them. All 2^n flips where they are few, else 9,999 random ones.
 */
export function pairedPermutation(differences: Float64Array, seed: number): number {
  const n = differences.length;
  const own = Math.abs(differences.reduce((sum, x) => sum + x, 0));
  // What rounding alone tells apart counts as equal.
  const reaches = (sum: number) => Math.abs(sum) >= own * (1 - 1e-12);
  if (n <= mostExact) {
    let count = 0;
    for (let signs = 0; signs < 2 ** n; signs++) {
      let sum = 0;
      for (let i = 0; i < n; i++) sum += (signs >> i) & 1 ? -differences[i] : differences[i];
      if (reaches(sum)) count++;
    }
    return count / 2 ** n;
  }
  const random = Random.seeded(seed, "paired permutation");
  let count = 1;
  for (let flip = 0; flip < flips; flip++) {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += random.uniform() < 0.5 ? -differences[i] : differences[i];
    if (reaches(sum)) count++;
  }
  return count / (1 + flips);
}

/** Each p times the number of those that are not smaller, never falling along the order: Holm 1979. */
export function holm(ps: readonly number[]): number[] {
  const order = ps.map((_, i) => i).sort((a, b) => ps[a] - ps[b]);
  const corrected = new Array<number>(ps.length);
  let least = 0;
  order.forEach((i, rank) => (corrected[i] = least = Math.min(1, Math.max(least, ps[i] * (ps.length - rank)))));
  return corrected;
}

/** Two-sided p of Student's two-sample t-test with one variance for both; 1 where neither sample varies. */
export function twoSampleT(a: Float64Array, b: Float64Array): number {
  const squares = (values: Float64Array, mean: number) => values.reduce((sum, x) => sum + (x - mean) ** 2, 0);
  const [ma, mb] = [average(a), average(b)];
  const freedom = a.length + b.length - 2;
  const variance = (squares(a, ma) + squares(b, mb)) / freedom;
  if (variance === 0) return ma === mb ? 1 : 0;
  const t = (ma - mb) / Math.sqrt(variance * (1 / a.length + 1 / b.length));
  // P(|T| > t) = I_x(ν/2, 1/2) with x = ν / (ν + t²).
  return incompleteBeta(freedom / (freedom + t * t), freedom / 2, 0.5);
}

/** Regularised incomplete beta function I_x(a, b), by its continued fraction (Lentz's method), to 1e-12 or so. */
function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  // The fraction converges fast on this side of the mean.
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(1 - x, b, a);
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x)) / a;
  const tiny = 1e-300;
  const away = (value: number) => (Math.abs(value) < tiny ? tiny : value);
  let [c, d] = [1, 1 / away(1 - ((a + b) * x) / (a + 1))];
  let fraction = d;
  for (let m = 1; m < 500; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    for (const step of [even, odd]) {
      d = 1 / away(1 + step * d);
      c = away(1 + step / c);
      fraction *= c * d;
    }
    if (Math.abs(c * d - 1) < 1e-14) break;
  }
  return front * fraction;
}

/** Lanczos's approximation with g = 7, nine terms: 1e-14 relative for x > 0. */
function logGamma(x: number): number {
  const terms = [
    0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
    12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
  ];
  const z = x - 1;
  const sum = terms.reduce((total, term, i) => (i === 0 ? term : total + term / (z + i)), 0);
  const t = z + 7.5;
  return 0.5 * Math.log(2 * Math.PI) + (z + 0.5) * Math.log(t) - t + Math.log(sum);
}
