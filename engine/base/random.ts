// Seeded pseudo-random numbers (xoroshiro128+) whose state can be saved and restored.
import { xoroshiro128plus, xoroshiro128plusFromState } from "pure-rand/generator/xoroshiro128plus";
import type { JumpableRandomGenerator } from "pure-rand/types/JumpableRandomGenerator";
import { hash32 } from "./hash.ts";

export class Random {
  private constructor(private readonly generator: JumpableRandomGenerator) {}

  /** A stream of its own for every (seed, purpose) pair, so that one consumer never shifts another's numbers. */
  static seeded(seed: number, purpose = ""): Random {
    return new Random(xoroshiro128plus(hash32(`${seed}/${purpose}`)));
  }

  static restored(state: readonly number[]): Random {
    return new Random(xoroshiro128plusFromState(state));
  }

  /** What `restored` takes to go on from here. */
  state(): readonly number[] {
    return [...this.generator.getState()];
  }

  /** Uniform in [0, 1), 32 bits. */
  uniform(): number {
    return (this.generator.next() >>> 0) / 4294967296;
  }

  /** Uniform integer in [0, n). */
  below(n: number): number {
    return Math.floor(this.uniform() * n);
  }

  /** Standard normal (Box–Muller). */
  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    return radius * Math.cos(2 * Math.PI * this.uniform());
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)] as T;
  }

  /** A shuffled copy (Fisher–Yates). */
  shuffled<T>(items: readonly T[]): T[] {
    const copy = [...items];
    for (let i = copy.length - 1; i > 0; i--) {
      const j = this.below(i + 1);
      [copy[i], copy[j]] = [copy[j] as T, copy[i] as T];
    }
    return copy;
  }

  /** `count` different items, in random order. */
  sample<T>(items: readonly T[], count: number): T[] {
    return this.shuffled(items).slice(0, count);
  }
}
