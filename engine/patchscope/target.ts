// A prompt into which states of other runs are put: at one position, before one layer, many states at once.
//
// What stands before the position is the same in all of them and is run once. `lt` counts points of the stream: 0 … L, the state
// before layer lt, L behind the last one; the output of block l is point l + 1.
import { capture } from "../activations/capture.ts";
import { rowBudget } from "../activations/chunk.ts";
import type { Executor, PrefixRows } from "../activations/executor.ts";
import { Packing, type Reals, takeRows, zeros } from "../activations/packing.ts";
import { EngineError } from "../base/errors.ts";
import { say } from "../base/sentence.ts";

/** The stream at a token of a prompt, "point dModel" for points 0 … L, and the same at its last token. */
export interface StreamAt {
  readonly at: Reals;
  readonly end: Reals;
}

export class PatchTarget {
  private constructor(
    private readonly executor: Executor,
    readonly ids: readonly number[],
    readonly position: number,
    /** By point, "position dModel". */
    private readonly streams: readonly Reals[],
    private readonly prefix: readonly PrefixRows[] | undefined,
  ) {}

  /** Runs the prompt once. */
  static async open(executor: Executor, ids: readonly number[], position: number): Promise<PatchTarget> {
    const { nKeyValueHeads, dHead } = executor.model.config;
    const packing = Packing.ofLengths([ids.length]);
    const embedded = executor.embed(ids, packing.positions);
    const { at, residual } = await capture(executor, packing, embedded, { sites: ["residPre", "k", "v"] });
    const before = position * nKeyValueHeads * dHead;
    const prefix = at.k!.map((k, l) => ({ k: k.subarray(0, before), v: at.v![l].subarray(0, before) }));
    return new PatchTarget(executor, ids, position, [...at.residPre!, residual], position > 0 ? prefix : undefined);
  }

  /** The unpatched run's stream at the position and at the end. */
  own(position = this.position): StreamAt {
    return { at: this.column(position), end: this.column(this.ids.length - 1) };
  }

  /** Norms of the stream at every position, by point. */
  norms(): number[][] {
    const { dModel } = this.executor.model.config;
    return this.streams.map((stream) =>
      this.ids.map((_, i) => Math.hypot(...stream.subarray(i * dModel, (i + 1) * dModel))),
    );
  }

  /**
   * The stream behind the last layer at the prompt's end, with each of the states set at the position before layer `lt`.
   * Positions before it and layers below `lt` stay as they were.
   *
   * @param states "row dModel"
   * @returns "row dModel"
   * @throws EngineError "cancelled"
   */
  async ends(states: Reals, lt: number, signal?: AbortSignal): Promise<Reals> {
    const { dModel } = this.executor.model.config;
    const rows = states.length / dModel;
    const length = this.ids.length - this.position;
    const atOnce = Math.max(1, Math.floor(rowBudget(this.executor.model.config) / length));
    const ends = zeros(this.executor.precision, rows * dModel);
    for (let from = 0; from < rows; from += atOnce) {
      if (signal?.aborted) throw new EngineError("cancelled", say`Stopped on request.`);
      const some = states.subarray(from * dModel, Math.min(rows, from + atOnce) * dModel);
      ends.set(await this.endsAtOnce(some, lt, length), from * dModel);
    }
    return ends;
  }

  private async endsAtOnce(states: Reals, lt: number, length: number): Promise<Reals> {
    const { dModel } = this.executor.model.config;
    const runs = states.length / dModel;
    const { position, ids, prefix } = this;
    const packing = new Packing(
      Array.from({ length: runs }, () => ({ length: ids.length, first: position, prefixRow: 0 })),
    );
    const tail = this.streams[lt].subarray(position * dModel);
    const residual = zeros(this.executor.precision, runs * length * dModel);
    for (let run = 0; run < runs; run++) {
      residual.set(tail, run * length * dModel);
      residual.set(states.subarray(run * dModel, (run + 1) * dModel), run * length * dModel);
    }
    const last = await capture(this.executor, packing, residual, { sites: [], prefix, from: lt });
    return takeRows(last.residual, dModel, [...packing.endRows]);
  }

  private column(position: number): Reals {
    const { dModel } = this.executor.model.config;
    const column = zeros(this.executor.precision, this.streams.length * dModel);
    this.streams.forEach((stream, point) =>
      column.set(stream.subarray(position * dModel, (position + 1) * dModel), point * dModel),
    );
    return column;
  }
}

/** Place of a token in a text: the last token of the last occurrence of some part of it. */
export interface MarkedText {
  readonly text: string;
  readonly ids: readonly number[];
  readonly position: number;
}

/**
 * @param mark a part, or the number of a token; undefined: the last token
 * @throws EngineError "usage" where the text does not hold the mark, or a token reaches over its end
 */
export function markedText(
  text: string,
  mark: string | number | undefined,
  encode: (text: string) => number[],
): MarkedText {
  const ids = encode(text);
  if (ids.length === 0) throw new EngineError("usage", say`The text is empty; there is nothing to take a state from.`);
  if (mark === undefined) return { text, ids, position: ids.length - 1 };
  if (typeof mark === "number") {
    if (mark < ids.length) return { text, ids, position: mark };
    throw new EngineError(
      "usage",
      say`${JSON.stringify(text)} has ${ids.length} tokens, from 0; there is no token ${mark}.`,
    );
  }
  const at = mark === "" ? -1 : text.lastIndexOf(mark);
  if (at < 0) throw new EngineError("usage", say`There is no ${JSON.stringify(mark)} in ${JSON.stringify(text)}.`);
  const head = encode(text.slice(0, at + mark.length));
  if (head.some((id, i) => id !== ids[i])) {
    throw new EngineError(
      "usage",
      say`A token reaches over the end of ${JSON.stringify(mark)} in ${JSON.stringify(text)}. Name a part that ends with a word.`,
    );
  }
  return { text, ids, position: head.length - 1 };
}
