// Logits of a slice of the vocabulary with the largest of each window of them, so that windows in which nothing is large enough are
// passed over.
import type { Reals } from "../activations/packing.ts";
import { countAbove, type Largest } from "./ranking.ts";

/** Tokens of a window at most: about as many windows are looked at as tokens in one of them. */
const windowTokens = 64;

/** Into how many windows of one size so many tokens are cut. */
export function windowsOf(tokens: number): number {
  let size = Math.min(windowTokens, tokens);
  while (tokens % size !== 0) size--;
  return tokens / size;
}

export class LogitSlice {
  private readonly width: number;
  private readonly windows: number;
  /** Tokens of a window. */
  private readonly size: number;

  /**
   * @param from the first token @param to the one behind the last
   * @param logits "row token" @param maxima "row window"
   */
  constructor(
    private readonly from: number,
    to: number,
    private readonly logits: Reals,
    private readonly maxima: Reals,
  ) {
    this.width = to - from;
    this.windows = windowsOf(this.width);
    this.size = this.width / this.windows;
  }

  /** A row's logits that are among the largest. */
  addTo(largest: Largest, row: number): void {
    for (let window = 0; window < this.windows; window++) {
      if (!largest.takes(this.maxima[row * this.windows + window])) continue;
      const start = row * this.width + window * this.size;
      largest.add(this.logits.subarray(start, start + this.size), this.from + window * this.size);
    }
  }

  /** Undefined for a token outside. */
  logitOf(row: number, token: number): number | undefined {
    const at = token - this.from;
    return at >= 0 && at < this.width ? this.logits[row * this.width + at] : undefined;
  }

  /** How many of a row's logits are larger than a limit. */
  countAbove(row: number, limit: number): number {
    let above = 0;
    for (let window = 0; window < this.windows; window++) {
      if (!(this.maxima[row * this.windows + window] > limit)) continue;
      const start = row * this.width + window * this.size;
      above += countAbove(this.logits, limit, start, start + this.size);
    }
    return above;
  }
}
