// Backward programs of layers, held from one gradient to the next.
import { BlockGradient } from "./block-gradient.ts";
import type { Executor } from "./executor.ts";
import { Held } from "./held.ts";

/** What is held by itself: all layers of a model of 150 million parameters in float32. */
const usualBytes = 6e8;

export class HeldGradients {
  private constructor(
    private readonly executor: Executor,
    private readonly held: Held<BlockGradient>,
  ) {}

  /** Held until the work ends. */
  static during<T>(executor: Executor, work: (gradients: HeldGradients) => Promise<T>, bytes = usualBytes): Promise<T> {
    return Held.during<BlockGradient, T>(bytes, (held) => work(new HeldGradients(executor, held)));
  }

  /** Lends a layer's programs to some work. */
  of<T>(layer: number, work: (gradient: BlockGradient) => Promise<T>): Promise<T> {
    return this.held.of(String(layer), () => new BlockGradient(this.executor, layer), work);
  }
}
