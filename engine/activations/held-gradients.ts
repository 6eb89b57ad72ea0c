// Backward programs of layers, held from one gradient to the next as far as memory is given to them, since making them reads the weights again.
import { BlockGradient } from "./block-gradient.ts";
import type { Executor } from "./executor.ts";

/** What is held by itself: all layers of a model of 150 million parameters in float32. */
const usualBytes = 6e8;

/** Layers that fit stay; the others are made for each way back and freed after it, so that no layer pushes out another. */
export class HeldGradients {
  private readonly held = new Map<number, BlockGradient>();
  private room: number;

  private constructor(
    private readonly executor: Executor,
    bytes = usualBytes,
  ) {
    this.room = bytes;
  }

  /** Held until the work ends. */
  static async during<T>(
    executor: Executor,
    work: (gradients: HeldGradients) => Promise<T>,
    bytes?: number,
  ): Promise<T> {
    const gradients = new HeldGradients(executor, bytes);
    try {
      return await work(gradients);
    } finally {
      await gradients.dispose();
    }
  }

  /** Lends a layer's programs to some work. */
  async of<T>(layer: number, work: (gradient: BlockGradient) => Promise<T>): Promise<T> {
    const known = this.held.get(layer);
    if (known) return work(known);
    const gradient = new BlockGradient(this.executor, layer);
    try {
      return await work(gradient);
    } finally {
      if (gradient.bytes <= this.room) {
        this.room -= gradient.bytes;
        this.held.set(layer, gradient);
      } else await gradient.dispose();
    }
  }

  private async dispose(): Promise<void> {
    for (const gradient of this.held.values()) await gradient.dispose();
    this.held.clear();
  }
}
