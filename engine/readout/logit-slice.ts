// Logits of a slice of the vocabulary: the windows of it in which the largest were found, and, where ranks are counted, all of them.
import type { Reals } from "../activations/packing.ts";
import { countAbove, type Largest } from "./ranking.ts";

/** The windows that hold the largest logits of each row. */
export class FoundLogits {
  /** Windows of a row, and tokens of a window. */
  private readonly count: number;
  private readonly size: number;

  /** @param from the slice's first token @param places "row place", which windows they are @param logits "row place token" */
  constructor(
    private readonly from: number,
    private readonly places: BigInt64Array,
    private readonly logits: Reals,
    rows: number,
  ) {
    this.count = places.length / rows;
    this.size = logits.length / places.length;
  }

  addTo(largest: Largest, row: number): void {
    const windows = Array.from({ length: this.count }, (_, i) => row * this.count + i).map((at) => ({
      at,
      place: Number(this.places[at]),
    }));
    // Of equal logits the first token stands first: by rising id.
    for (const { at, place } of windows.sort((a, b) => a.place - b.place)) {
      const logits = this.logits.subarray(at * this.size, (at + 1) * this.size);
      largest.add(logits, this.from + place * this.size);
    }
  }
}

/** All logits, with the largest of each window, so that windows in which none is large enough are passed over. */
export class LogitSlice {
  private readonly width: number;
  private readonly rows: number;

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
    this.rows = logits.length / this.width;
  }

  /** Undefined for a token outside. */
  logitOf(row: number, token: number): number | undefined {
    const at = token - this.from;
    return at >= 0 && at < this.width ? this.logits[row * this.width + at] : undefined;
  }

  /** How many of a row's logits are larger than a limit. */
  countAbove(row: number, limit: number): number {
    const windows = this.maxima.length / this.rows;
    const size = this.width / windows;
    let above = 0;
    for (let window = 0; window < windows; window++) {
      if (!(this.maxima[row * windows + window] > limit)) continue;
      const start = row * this.width + window * size;
      above += countAbove(this.logits, limit, start, start + size);
    }
    return above;
  }
}
