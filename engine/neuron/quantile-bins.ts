// A sketch of one layer's activations: each neuron's counts between its own quantiles, by group of places; as large for ten million places as for ten.
import type { Reals } from "../activations/packing.ts";

/** Places of a group are told apart from those of the others: events and other places, of texts for discovery and held-out ones. */
export const GROUPS = 4;
/** Number of a place's group. */
export const groupOf = (isHeldOut: boolean, isEvent: boolean): number => 2 * Number(isHeldOut) + Number(isEvent);

/** Places that are gone through neuron by neuron, few enough to stay in the processor's cache. */
const tile = 64;

/** An AUROC that is known within a bound, since places in one bin are not told apart. */
export interface BoundedAuroc {
  readonly auroc: number;
  /** The exact one is within ± this. */
  readonly bound: number;
}

export class QuantileBins {
  /** Upper edges of all bins but the last, "neuron bin−1", rising. */
  private readonly edges: Float32Array;
  /** Share of the sample below a bin, and half of that in it: "neuron bin". */
  private readonly scores: Float32Array;
  /** By group, "neuron bin". */
  private readonly counts: readonly Uint32Array[];
  /** By shuffle, "neuron": Σ of scores at the places that a shuffle calls events. */
  private readonly shuffled: readonly Float64Array[];

  /**
   * @param sample activations at some places of all texts, "place neuron", whose quantiles become the edges
   * @param bins a power of two
   */
  constructor(
    sample: Reals,
    private readonly neurons: number,
    private readonly bins: number,
    shuffles: number,
  ) {
    const places = sample.length / neurons;
    this.edges = new Float32Array(neurons * (bins - 1));
    this.scores = new Float32Array(neurons * bins);
    this.counts = Array.from({ length: GROUPS }, () => new Uint32Array(neurons * bins));
    this.shuffled = Array.from({ length: shuffles }, () => new Float64Array(neurons));
    const column = new Float32Array(places);
    for (let neuron = 0; neuron < neurons; neuron++) {
      for (let i = 0; i < places; i++) column[i] = sample[i * neurons + neuron];
      column.sort();
      for (let b = 1; b < bins; b++)
        this.edges[neuron * (bins - 1) + b - 1] = column[Math.min(places - 1, Math.floor((b * places) / bins))];
      this.score(neuron, column);
    }
  }

  /** Mid-ranks of the sample's bins, as shares. @param column sorted */
  private score(neuron: number, column: Float32Array): void {
    const within = new Float64Array(this.bins);
    for (const x of column) within[this.binOf(neuron, x)]++;
    let below = 0;
    for (let b = 0; b < this.bins; b++) {
      this.scores[neuron * this.bins + b] = (below + within[b] / 2) / column.length;
      below += within[b];
    }
  }

  /** How many edges of the neuron are at most x: 0 … bins − 1. */
  private binOf(neuron: number, x: number): number {
    const { edges, bins } = this;
    const first = neuron * (bins - 1);
    let at = first;
    for (let step = bins >> 1; step > 0; step >>= 1) if (edges[at + step - 1] <= x) at += step;
    return at - first;
  }

  /**
   * Counts places.
   *
   * @param hidden "place neuron"
   * @param groups by place
   * @param members by place: numbers of the shuffles that call it an event
   */
  add(hidden: Reals, groups: Uint8Array, members: readonly (readonly number[])[]): void {
    const { neurons, bins, counts, scores, shuffled } = this;
    for (let from = 0; from < groups.length; from += tile) {
      const to = Math.min(groups.length, from + tile);
      for (let neuron = 0; neuron < neurons; neuron++) {
        for (let i = from; i < to; i++) {
          const at = neuron * bins + this.binOf(neuron, hidden[i * neurons + neuron]);
          counts[groups[i]][at]++;
          for (const s of members[i]) shuffled[s][neuron] += scores[at];
        }
      }
    }
  }

  /** Of the events of a split against its other places, ties counted half. */
  auroc(neuron: number, isHeldOut: boolean): BoundedAuroc {
    const [off, on] = [this.counts[groupOf(isHeldOut, false)], this.counts[groupOf(isHeldOut, true)]];
    let [n0, n1, above, tied] = [0, 0, 0, 0];
    for (let at = neuron * this.bins; at < (neuron + 1) * this.bins; at++) {
      above += on[at] * n0;
      tied += on[at] * off[at];
      n0 += off[at];
      n1 += on[at];
    }
    if (n1 === 0 || n0 === 0) return { auroc: 0.5, bound: 0 };
    return { auroc: (above + tied / 2) / (n1 * n0), bound: tied / 2 / (n1 * n0) };
  }

  /**
   * AUROC − .5 of a shuffle's events on discovery places: (mean score of its events − mean score of all) n / n₀, which is exact where
   * the scores are the mid-ranks of all places; the sample's come near enough for a null.
   *
   * @param n1 how many places each shuffle calls events
   */
  shuffledDifference(neuron: number, shuffle: number, n1: number): number {
    const [off, on] = [this.counts[groupOf(false, false)], this.counts[groupOf(false, true)]];
    let [n, all] = [0, 0];
    for (let at = neuron * this.bins; at < (neuron + 1) * this.bins; at++) {
      n += off[at] + on[at];
      all += (off[at] + on[at]) * this.scores[at];
    }
    return ((this.shuffled[shuffle][neuron] / n1 - all / n) * n) / (n - n1);
  }
}
