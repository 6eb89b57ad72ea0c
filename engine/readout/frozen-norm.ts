// The final norm as it stands at one state: with its scale held fixed it is linear, and says what a part of the state adds to the logits.
import type { Model } from "../model/model.ts";
import type { TokenWeights } from "./direction.ts";

export class FrozenNorm {
  private readonly gain: Float32Array;
  /** A layer norm takes the mean out of whatever is written. */
  private readonly centres: boolean;
  /** √(variance + ε) of a layer norm, √(mean square + ε) of an RMS norm. */
  private readonly scale: number;

  /** @param state "dModel", the whole stream before the final norm */
  constructor(
    private readonly model: Model,
    state: ArrayLike<number>,
  ) {
    const { norm } = model.config;
    this.gain = model.finalNorm().gain;
    this.centres = norm.kind === "layer";
    const centre = this.centres ? mean(state) : 0;
    this.scale = Math.sqrt(mean(Float64Array.from(state, (x) => (x - centre) ** 2)) + norm.epsilon);
  }

  /** What something written into the state is in the normed stream, "dModel". */
  through(written: ArrayLike<number>): Float64Array {
    const shift = this.centres ? mean(written) : 0;
    return Float64Array.from(written, (x, i) => ((x - shift) * this.gain[i]) / this.scale);
  }

  /** The direction in the state whose product with something written there is what it adds to Σ w(token) · logit, "dModel". */
  direction(tokens: TokenWeights): Float64Array {
    const direction = new Float64Array(this.gain.length);
    const rows = this.model.unembedRows(tokens.map(([id]) => id));
    tokens.forEach(([, weight], r) => {
      for (let i = 0; i < direction.length; i++) {
        direction[i] += (weight * rows[r * direction.length + i] * this.gain[i]) / this.scale;
      }
    });
    const shift = this.centres ? mean(direction) : 0;
    return direction.map((x) => x - shift);
  }
}

function mean(x: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += x[i];
  return sum / x.length;
}
