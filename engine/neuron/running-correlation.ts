// Pearson's r of one row of activations with many rows of zeros and ones, the activations' own sums taken once.

export class RunningCorrelation {
  private readonly sum: number;
  private readonly squares: number;

  constructor(
    private readonly activations: Float32Array,
    private readonly places: readonly number[],
  ) {
    let [sum, squares] = [0, 0];
    for (const i of places) {
      sum += activations[i];
      squares += activations[i] ** 2;
    }
    [this.sum, this.squares] = [sum, squares];
  }

  /** 0 where either does not vary. */
  with(holds: Uint8Array): number {
    let [count, inside] = [0, 0];
    for (const i of this.places) {
      if (holds[i] === 0) continue;
      count++;
      inside += this.activations[i];
    }
    const n = this.places.length;
    const deviations = Math.sqrt(count * (n - count) * (n * this.squares - this.sum ** 2));
    return deviations > 0 ? (n * inside - count * this.sum) / deviations : 0;
  }
}
