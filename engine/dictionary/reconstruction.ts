// How well states are reconstructed: figures that are sums over states, so that they come in batch by batch.
import type { Reconstruction } from "../choices/dictionary.ts";

const BINS = 12;
const LOWEST = -6;

/** @see `Reconstruction` for the formulas */
export class ReconstructionSums {
  private states = 0;
  private active = 0;
  private readonly sum: Float64Array;
  private squares = 0;
  private errors = 0;
  private cosines = 0;
  private norms = { x: 0, xhat: 0 };
  private products = 0;
  private xhatSquares = 0;
  private readonly fired: Float64Array;
  /** For the legacy figure, which needs the mean first: ‖x−x̂‖², ‖x‖² and x itself are too many, so the mean is given. */
  private legacy = 0;

  /** @param mean of states like these, for the legacy figure alone */
  constructor(
    private readonly width: number,
    features: number,
    private readonly mean: ArrayLike<number>,
  ) {
    this.sum = new Float64Array(width);
    this.fired = new Float64Array(features);
  }

  /** @param x what is reconstructed, @param xhat its reconstruction, both "row width". @param f "row feature" */
  add(x: Float32Array, xhat: Float32Array, f: Float32Array): void {
    const { width } = this;
    for (let start = 0; start < x.length; start += width) {
      let [xx, hh, xh, ee, mm] = [0, 0, 0, 0, 0];
      for (let i = 0; i < width; i++) {
        const [value, guess] = [x[start + i], xhat[start + i]];
        this.sum[i] += value;
        xx += value * value;
        hh += guess * guess;
        xh += value * guess;
        ee += (value - guess) ** 2;
        mm += (value - this.mean[i]) ** 2;
      }
      this.states++;
      this.squares += xx;
      this.errors += ee;
      this.products += xh;
      this.xhatSquares += hh;
      this.norms.x += Math.sqrt(xx);
      this.norms.xhat += Math.sqrt(hh);
      this.cosines += xx > 0 && hh > 0 ? xh / Math.sqrt(xx * hh) : 0;
      this.legacy += mm > 0 ? 1 - ee / mm : 0;
    }
    const { length } = this.fired;
    for (let at = 0, j = 0; at < f.length; at++, j = j + 1 === length ? 0 : j + 1) {
      if (f[at] === 0) continue;
      this.active++;
      this.fired[j]++;
    }
  }

  /** Share of the states in which each feature fires. */
  density(): Float64Array {
    return this.fired.map((n) => n / Math.max(1, this.states));
  }

  figures(): Reconstruction {
    const n = Math.max(1, this.states);
    const spread = this.squares - this.sum.reduce((total, s) => total + s * s, 0) / n;
    const fvu = this.errors / spread;
    const densities = new Array<number>(BINS).fill(0);
    for (const density of this.density()) {
      if (density === 0) continue;
      densities[Math.max(0, Math.min(BINS - 1, Math.floor(2 * (Math.log10(density) - LOWEST))))]++;
    }
    return {
      states: this.states,
      l0: this.active / n,
      ev: 1 - fvu,
      fvu,
      evLegacy: this.legacy / n,
      dead: this.fired.filter((count) => count === 0).length / Math.max(1, this.fired.length),
      cosine: this.cosines / n,
      normRatio: this.norms.xhat / this.norms.x,
      relativeBias: this.xhatSquares / this.products,
      densities,
    };
  }
}
