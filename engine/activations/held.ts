// Things with weights of their own, programs and what is made of them, held from one use to the next as far as memory is given to them: making
// one reads the weights again, and costs as much as using it on a small model.

interface Holdable {
  /** Of the weights that it holds by now. */
  readonly bytes: number;
  dispose(): Promise<void>;
}

/** What fits stays; the rest is made for each use and freed after it, so that nothing pushes out another. */
export class Held<Thing extends Holdable> {
  private readonly held = new Map<string, Thing>();

  /** @param room in bytes of weights */
  constructor(private room: number) {}

  /** Held until the work ends. */
  static async during<Thing extends Holdable, T>(bytes: number, work: (held: Held<Thing>) => Promise<T>): Promise<T> {
    const held = new Held<Thing>(bytes);
    try {
      return await work(held);
    } finally {
      await held.dispose();
    }
  }

  async dispose(): Promise<void> {
    for (const thing of this.held.values()) await thing.dispose();
  }

  /** Lends something to some work. @param name under which the same thing is found again */
  async of<T>(name: string, make: () => Thing | Promise<Thing>, work: (thing: Thing) => Promise<T>): Promise<T> {
    const known = this.held.get(name);
    if (known) return work(known);
    const thing = await make();
    try {
      return await work(thing);
    } finally {
      if (thing.bytes <= this.room) {
        this.room -= thing.bytes;
        this.held.set(name, thing);
      } else await thing.dispose();
    }
  }
}
