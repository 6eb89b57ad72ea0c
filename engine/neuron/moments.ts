// Means, deviations and extremes of many neurons' activations, place by place, in memory that does not grow with the places.
import type { Reals } from "../activations/packing.ts";
import type { NeuronTable } from "../choices/neuron.ts";

/** Of one layer. Sums are taken from a value near each neuron's mean, so that a large mean costs no digits. */
export class Moments {
  private readonly about: Float64Array;
  private readonly sum: Float64Array;
  private readonly squares: Float64Array;
  private readonly absolute: Float64Array;
  private readonly min: Float32Array;
  private readonly max: Float32Array;
  private places = 0;
  /** Of discovery places; of their events the sum. */
  private readonly ownSum: Float64Array;
  private readonly ownSquares: Float64Array;
  private readonly onSum: Float64Array;
  private own = 0;
  private on = 0;

  /** @param sample activations at some places, "place neuron" */
  constructor(
    sample: Reals,
    private readonly neurons: number,
  ) {
    const zeros = () => new Float64Array(neurons);
    [this.about, this.sum, this.squares, this.absolute] = [zeros(), zeros(), zeros(), zeros()];
    [this.ownSum, this.ownSquares, this.onSum] = [zeros(), zeros(), zeros()];
    this.min = new Float32Array(neurons).fill(Infinity);
    this.max = new Float32Array(neurons).fill(-Infinity);
    const places = sample.length / neurons;
    for (let i = 0; i < sample.length; i++) this.about[i % neurons] += sample[i] / places;
  }

  /** @param isOwn by place: whether it is for discovery; @param isEvent by place */
  add(hidden: Reals, isOwn: ArrayLike<number>, isEvent: ArrayLike<number>): void {
    const { neurons, about } = this;
    for (let i = 0; i < isOwn.length; i++) {
      for (let neuron = 0; neuron < neurons; neuron++) {
        const x = hidden[i * neurons + neuron];
        const away = x - about[neuron];
        this.sum[neuron] += away;
        this.squares[neuron] += away * away;
        this.absolute[neuron] += Math.abs(x);
        if (x < this.min[neuron]) this.min[neuron] = x;
        if (x > this.max[neuron]) this.max[neuron] = x;
        if (!isOwn[i]) continue;
        this.ownSum[neuron] += away;
        this.ownSquares[neuron] += away * away;
        if (isEvent[i]) this.onSum[neuron] += away;
      }
      this.places++;
      this.own += Number(isOwn[i]);
      this.on += Number(isOwn[i] && isEvent[i]);
    }
  }

  /** Fills the columns of one layer's neurons. @param from number of its first neuron in the table */
  fill(table: NeuronTable, from: number): void {
    const { places, own, on } = this;
    for (let neuron = 0; neuron < this.neurons; neuron++) {
      const at = from + neuron;
      const mean = this.sum[neuron] / places;
      const ownMean = this.ownSum[neuron] / own;
      const ownDeviation = Math.sqrt(Math.max(0, this.ownSquares[neuron] / own - ownMean ** 2));
      const meanOn = this.onSum[neuron] / on;
      const meanOff = (this.ownSum[neuron] - this.onSum[neuron]) / (own - on);
      table.mean[at] = this.about[neuron] + mean;
      table.meanAbsolute[at] = this.absolute[neuron] / places;
      table.deviation[at] = Math.sqrt(Math.max(0, this.squares[neuron] / places - mean ** 2));
      table.min[at] = this.min[neuron];
      table.max[at] = this.max[neuron];
      table.meanOn[at] = this.about[neuron] + meanOn;
      table.meanOff[at] = this.about[neuron] + meanOff;
      // r = (m₁ − m₀) √(n₁ n₀) / (n s); a neuron that never moves goes with nothing.
      table.pointBiserial[at] =
        table.min[at] === table.max[at] || ownDeviation === 0
          ? 0
          : ((meanOn - meanOff) * Math.sqrt(on * (own - on))) / (own * ownDeviation);
    }
  }
}
