// What setting neurons changes at the places of a set: log-probabilities of sets of tokens, and KL from the run as it is.
import type { Executor } from "../activations/executor.ts";
import { SetReader, type SetsOf } from "../readout/set-reader.ts";
import { AS_IT_IS, type BeginningsOptions, BeginningRuns, type Variant } from "./beginnings-run.ts";

/** By place. */
export interface Change {
  /** By set of tokens: change of log Σ p(token), in nats. */
  readonly logMass: readonly Float64Array[];
  /** KL(as it is‖changed) in nats. */
  readonly kl: Float64Array;
}

export class Measure {
  private constructor(
    readonly runs: BeginningRuns,
    private readonly reader: SetReader,
    /** By set, then place: log Σ p(token) as it is. */
    readonly clean: readonly Float64Array[],
  ) {}

  /** @param beginnings the tokens up to and with each place @param sets of tokens, of each place as many */
  static async over(
    executor: Executor,
    beginnings: readonly (readonly number[])[],
    sets: SetsOf,
    options: BeginningsOptions = {},
  ): Promise<Measure> {
    const runs = await BeginningRuns.over(executor, beginnings, options);
    const states = runs.cleanStates();
    const reader = await SetReader.over(executor, states, sets);
    const { logMass } = await reader.read(
      states,
      beginnings.map((_, i) => i),
    );
    const clean = Array.from({ length: reader.width }, (_, s) =>
      Float64Array.from(beginnings, (_, i) => logMass[i * reader.width + s]),
    );
    return new Measure(runs, reader, clean);
  }

  get places(): number {
    return this.runs.count;
  }

  /** What each variant changes, against the run as it is in the same batch. */
  async changes(variants: readonly Variant[], onProgress?: (done: number) => void): Promise<Change[]> {
    const { width } = this.reader;
    const changes = variants.map(() => ({
      logMass: Array.from({ length: width }, () => new Float64Array(this.places)),
      kl: new Float64Array(this.places),
    }));
    let done = 0;
    for await (const { states, variant, beginning } of this.runs.changed(variants)) {
      const { logMass, kl } = await this.reader.read(states, beginning);
      const asItIs = new Map<number, number>();
      variant.forEach((v, row) => {
        if (v === AS_IT_IS) asItIs.set(beginning[row], row);
      });
      variant.forEach((v, row) => {
        if (v === AS_IT_IS) return;
        const place = beginning[row];
        const base = asItIs.get(place)!;
        for (let s = 0; s < width; s++)
          changes[v].logMass[s][place] = logMass[row * width + s] - logMass[base * width + s];
        // What rounding makes of the run as it is is no divergence.
        changes[v].kl[place] = Math.max(0, kl[row] - kl[base]);
      });
      done += variant.length;
      onProgress?.(done);
    }
    return changes;
  }
}
