// One neuron's activations over all places of a corpus, and what they give for a neuron that is removed.
import { Random } from "../base/random.ts";
import type { RemovalKind } from "../choices/neuron.ts";
import { quantile } from "../evaluate/bootstrap.ts";
import type { NeuronValue } from "./beginnings-run.ts";
import type { Place } from "./place.ts";

export interface NeuronAt {
  readonly layer: number;
  readonly neuron: number;
}

export const neuronId = ({ layer, neuron }: NeuronAt): string => `m${layer}.n${neuron}`;

/** Quantiles that stand for what a neuron does. */
export const QUANTILES = [0, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 0.999, 1] as const;

/** A mean by position is one only where so many texts have the position. */
const leastAtPosition = 10;
/** Draws of a resampled activation whose effects are averaged. */
const RESAMPLE_DRAWS = 10;

export class Column implements NeuronAt {
  readonly mean: number;
  readonly meanAbsolute: number;
  readonly deviation: number;
  /** Rising. */
  private readonly sorted: Float32Array;
  private readonly byPosition: ReadonlyMap<number, number>;

  /** @param values at the places */
  constructor(
    readonly layer: number,
    readonly neuron: number,
    readonly values: Float32Array,
    places: readonly Place[],
  ) {
    const total = (of: (x: number) => number) => values.reduce((sum, x) => sum + of(x), 0) / values.length;
    this.mean = total((x) => x);
    this.meanAbsolute = total(Math.abs);
    this.deviation = Math.sqrt(total((x) => (x - this.mean) ** 2));
    this.sorted = values.slice().sort();
    const sums = new Map<number, { sum: number; count: number }>();
    places.forEach(({ position }, i) => {
      const at = sums.get(position) ?? { sum: 0, count: 0 };
      sums.set(position, { sum: at.sum + values[i], count: at.count + 1 });
    });
    this.byPosition = new Map(
      [...sums].flatMap(([position, { sum, count }]) => (count < leastAtPosition ? [] : [[position, sum / count]])),
    );
  }

  get id(): string {
    return neuronId(this);
  }

  /** Linear between neighbours. */
  quantile(q: number): number {
    return quantile(this.sorted, q);
  }

  to(value: number): NeuronValue {
    return { layer: this.layer, neuron: this.neuron, value: () => value };
  }

  /** The mean over all places, or over those of the same position where there are enough. */
  positionMean(): NeuronValue {
    return {
      layer: this.layer,
      neuron: this.neuron,
      value: (_, position) => this.byPosition.get(position) ?? this.mean,
    };
  }

  /** What it gives at some place of the corpus, drawn anew for each beginning and position. */
  resampled(seed: number): NeuronValue {
    const random = Random.seeded(seed, `resample ${this.id}`);
    const drawn = new Map<number, number>();
    return {
      layer: this.layer,
      neuron: this.neuron,
      value: (beginning, position) => {
        const key = beginning * 65_536 + position;
        const known = drawn.get(key) ?? random.pick(this.sorted as unknown as readonly number[]);
        drawn.set(key, known);
        return known;
      },
    };
  }

  /** Runs whose mean is the removal; optimal is a constant that is found first. */
  removed(kind: RemovalKind, seed: number, optimal: number, draws = RESAMPLE_DRAWS): NeuronValue[] {
    switch (kind) {
      case "zero":
        return [this.to(0)];
      case "mean":
        return [this.to(this.mean)];
      case "position-mean":
        return [this.positionMean()];
      case "resample":
        return Array.from({ length: draws }, (_, draw) => this.resampled(seed + draw));
      case "optimal":
        return [this.to(optimal)];
      default:
        return kind satisfies never;
    }
  }

  constantOf(kind: RemovalKind, optimal: number): number | undefined {
    return { zero: 0, mean: this.mean, "position-mean": undefined, resample: undefined, optimal }[kind];
  }
}

/** Neurons of the same layer whose mean |activation| is nearest to this one's, drawn among three times as many as are asked for. */
export function matched(
  own: NeuronAt,
  meanAbsolute: Float32Array,
  dMlp: number,
  count: number,
  seed: number,
): NeuronAt[] {
  const at = (neuron: number) => meanAbsolute[own.layer * dMlp + neuron];
  const apart = (neuron: number) => Math.abs(at(neuron) - at(own.neuron));
  const nearest = Array.from({ length: dMlp }, (_, neuron) => neuron)
    .filter((neuron) => neuron !== own.neuron)
    .sort((a, b) => apart(a) - apart(b) || a - b)
    .slice(0, 3 * count);
  return Random.seeded(seed, `matched ${neuronId(own)}`)
    .sample(nearest, count)
    .map((neuron) => ({ layer: own.layer, neuron }));
}
