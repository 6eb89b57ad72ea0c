// Programs of graphs, held from one use to the next.
import type { Graph } from "../onnx/graph.ts";
import { Program } from "../runtime/ort.ts";
import { Held } from "./held.ts";

/** All layers of a small model; of a large one the first that fit, so that what is held beside its weights stays little. */
export const usualProgramBytes = 1.5e8;

export class HeldPrograms {
  private constructor(
    private readonly threads: number | undefined,
    private readonly held: Held<Program>,
  ) {}

  /** Held until they are disposed. */
  static open({ threads }: { readonly threads?: number }, bytes = usualProgramBytes): HeldPrograms {
    return new HeldPrograms(threads, new Held<Program>(bytes));
  }

  /** Held until the work ends. */
  static during<T>(
    { threads }: { readonly threads?: number },
    work: (programs: HeldPrograms) => Promise<T>,
    bytes = usualProgramBytes,
  ): Promise<T> {
    return Held.during<Program, T>(bytes, (held) => work(new HeldPrograms(threads, held)));
  }

  /** Those of one who works several times, or ones that are held until this work ends. */
  static lent<T>(
    given: HeldPrograms | undefined,
    executor: { readonly threads?: number },
    work: (programs: HeldPrograms) => Promise<T>,
    bytes = usualProgramBytes,
  ): Promise<T> {
    return given ? work(given) : HeldPrograms.during(executor, work, bytes);
  }

  dispose(): Promise<void> {
    return this.held.dispose();
  }

  /** Lends the program of a graph to some work. @param name under which the same graph is found again */
  of<T>(name: string, build: () => Graph, work: (program: Program) => Promise<T>): Promise<T> {
    return this.held.of(name, () => Program.compile(build(), { threads: this.threads }), work);
  }
}
