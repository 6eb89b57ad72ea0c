// Clean runs of beginnings of texts, and the same with hidden neurons set to other values at the last token: the rank-one path.
//
// What stands before the last token stays as it is, so its keys and values are computed once; a changed neuron moves the stream of
// one row by (c − a) W_out[neuron], and only that row goes through the layers above. Plans with one `set` at `hidden`, `at: "end"`,
// give the same.
import { runBlock } from "../activations/block.ts";
import { capture } from "../activations/capture.ts";
import { rowBudget } from "../activations/chunk.ts";
import type { Executor, Patch, PrefixRows } from "../activations/executor.ts";
import { Packing, type Reals, repeatRows, takeRows, zeros } from "../activations/packing.ts";
import { assertInternal } from "../base/errors.ts";
import { least } from "../base/greatest.ts";
import { groupBy } from "../base/group.ts";

/** Where a set neuron is set: at the last token of each beginning, or at every position of it but the first, which is an attention sink. */
export type Extent = "event" | "everywhere";

/** One hidden neuron, and what it is set to in each beginning: m[layer][position, neuron] ← value(beginning, position). */
export interface NeuronValue {
  readonly layer: number;
  readonly neuron: number;
  readonly value: (beginning: number, position: number) => number;
}

/** Neurons that are set together; none for the run as it is. */
export type Variant = readonly NeuronValue[];

/** Beginnings that go through the model together. */
interface Group {
  /** Number of its first beginning. */
  readonly first: number;
  readonly packing: Packing;
  /** By layer, of all positions. */
  readonly kv: readonly PrefixRows[];
  /** By layer, of last tokens: hidden "beginning dMlp", and the stream behind the layer, "beginning dModel". */
  readonly hidden: readonly Reals[];
  readonly residPost: readonly Reals[];
  /** By layer, of all positions; held only where neurons are set everywhere. */
  readonly residPre: readonly Reals[] | undefined;
}

/** States behind the last layer at last tokens: row r is of `variant[r]` in `beginning[r]`. */
export interface ChangedStates {
  readonly states: Reals;
  /** Number in the list of variants; `AS_IT_IS` for the run without changes that stands in every batch. */
  readonly variant: Int32Array;
  readonly beginning: Int32Array;
}

export const AS_IT_IS = -1;

export interface BeginningsOptions {
  readonly extent?: Extent;
  /** Called between two passes, so that a person can stop; it throws to do so. */
  readonly between?: () => void;
}

export class BeginningRuns {
  private readonly W_out = new Map<number, Float32Array>();

  private constructor(
    private readonly executor: Executor,
    readonly count: number,
    private readonly groups: readonly Group[],
    private readonly options: BeginningsOptions,
  ) {}

  static async over(
    executor: Executor,
    beginnings: readonly (readonly number[])[],
    options: BeginningsOptions = {},
  ): Promise<BeginningRuns> {
    const budget = rowBudget(executor.model.config);
    const groups: Group[] = [];
    for (let first = 0; first < beginnings.length;) {
      let [to, rows] = [first, 0];
      while (to < beginnings.length && (to === first || rows + beginnings[to].length <= budget))
        rows += beginnings[to++].length;
      options.between?.();
      groups.push(await groupOf(executor, beginnings.slice(first, to), first, options.extent === "everywhere"));
      first = to;
    }
    return new BeginningRuns(executor, beginnings.length, groups, options);
  }

  /** a = m[layer][last token, neuron], by beginning. */
  activations(layer: number, neuron: number): Float64Array {
    const { dMlp } = this.executor.model.config;
    return Float64Array.from(
      this.groups.flatMap(({ hidden, packing }) => packing.runs.map((_, r) => hidden[layer][r * dMlp + neuron])),
    );
  }

  /** The stream behind the last layer at last tokens, "beginning dModel", as it is. */
  cleanStates(): Reals {
    const { dModel, nLayers } = this.executor.model.config;
    const all = zeros(this.executor.precision, this.count * dModel);
    for (const { first, residPost } of this.groups) all.set(residPost[nLayers - 1], first * dModel);
    return all;
  }

  /**
   * Every variant in every beginning, in batches of variants with the same lowest layer. In each batch stands the run as it is, too,
   * from that layer on: what is held against it differs by the change alone, so that a neuron set to its own value changes nothing.
   */
  async *changed(variants: readonly Variant[]): AsyncGenerator<ChangedStates> {
    const { nLayers } = this.executor.model.config;
    const lowestOf = (variant: Variant) =>
      least(
        variant.map(({ layer }) => layer),
        nLayers - 1,
      );
    const byLayer = groupBy(
      variants.map((_, v) => v),
      (v) => lowestOf(variants[v]),
    );
    for (const group of this.groups) {
      for (const [lowest, numbers] of byLayer) yield* this.batches(group, lowest, numbers, variants);
    }
  }

  private async *batches(
    group: Group,
    lowest: number,
    numbers: readonly number[],
    variants: readonly Variant[],
  ): AsyncGenerator<ChangedStates> {
    const everywhere = this.options.extent === "everywhere";
    const runs = group.packing.runs.length;
    const stack = Math.max(
      1,
      Math.floor(rowBudget(this.executor.model.config) / (everywhere ? group.packing.rows : runs)) - 1,
    );
    for (let at = 0; at < numbers.length; at += stack) {
      this.options.between?.();
      const some = [AS_IT_IS, ...numbers.slice(at, at + stack)];
      const changes = some.map((v) => (v === AS_IT_IS ? [] : variants[v]));
      const states = await (everywhere
        ? this.runEverywhere(group, lowest, changes)
        : this.runAtEnd(group, lowest, changes));
      yield {
        states,
        variant: Int32Array.from({ length: some.length * runs }, (_, r) => some[Math.floor(r / runs)]),
        beginning: Int32Array.from({ length: some.length * runs }, (_, r) => group.first + (r % runs)),
      };
    }
  }

  /** Rows "variant beginning" from the lowest changed layer on. */
  private async runAtEnd(group: Group, lowest: number, variants: readonly Variant[]): Promise<Reals> {
    const { nLayers } = this.executor.model.config;
    const packing = endPacking(group.packing, variants.length);
    let stream = repeatRows(group.residPost[lowest], variants.length);
    variants.forEach((variant, v) =>
      this.moveRows(
        group,
        stream,
        v,
        variant.filter(({ layer }) => layer === lowest),
      ),
    );
    for (let layer = lowest + 1; layer < nLayers; layer++) {
      stream = await runBlock(this.executor, layer, packing, stream, {
        prefix: group.kv[layer],
        wanted: [],
        hidden: this.patchAt(group, variants, layer, (r, run) => [
          r * group.packing.runs.length + run,
          group.packing.runs[run].length - 1,
        ]),
      });
    }
    return stream;
  }

  /** stream += (c − a) W_out[neuron], exactly 0 where c = a. */
  private moveRows({ hidden, packing, first }: Group, stream: Reals, v: number, set: Variant): void {
    const { dModel, dMlp } = this.executor.model.config;
    for (const { layer, neuron, value } of set) {
      const row = this.writes(layer, neuron);
      packing.runs.forEach(({ length }, r) => {
        const by = value(first + r, length - 1) - hidden[layer][r * dMlp + neuron];
        const start = (v * packing.runs.length + r) * dModel;
        for (let i = 0; i < dModel; i++) stream[start + i] += by * row[i];
      });
    }
  }

  /** What a hidden neuron writes: its row of W_out, "dModel". */
  writes(layer: number, neuron: number): Float32Array {
    const { dModel } = this.executor.model.config;
    const known = this.W_out.get(layer) ?? this.executor.model.layer(layer).W_out;
    this.W_out.set(layer, known);
    return known.subarray(neuron * dModel, (neuron + 1) * dModel);
  }

  /** Neurons that some variant sets at a layer; the row and position of a variant's run come from `place`. */
  private patchAt(
    group: Group,
    variants: readonly Variant[],
    layer: number,
    place: (variant: number, run: number) => readonly [row: number, position: number],
  ): Patch | undefined {
    const { dMlp } = this.executor.model.config;
    if (!variants.some((variant) => variant.some((one) => one.layer === layer))) return undefined;
    const rows = variants.length * group.packing.runs.length;
    const where = new Uint8Array(rows * dMlp);
    const value = zeros(this.executor.precision, rows * dMlp);
    variants.forEach((variant, v) => {
      for (const one of variant) {
        if (one.layer !== layer) continue;
        group.packing.runs.forEach((_, run) => {
          const [row, position] = place(v, run);
          where[row * dMlp + one.neuron] = 1;
          value[row * dMlp + one.neuron] = one.value(group.first + run, position);
        });
      }
    });
    return { where, value };
  }

  /** The plain run from the lowest changed layer on, every position of every beginning. */
  private async runEverywhere(group: Group, lowest: number, variants: readonly Variant[]): Promise<Reals> {
    const { dModel, dMlp } = this.executor.model.config;
    const { residPre, packing } = group;
    assertInternal(residPre !== undefined, "streams of all positions were not kept");
    const stacked = packing.repeated(variants.length);
    const patch = (layer: number): Patch | undefined => {
      if (!variants.some((variant) => variant.some((one) => one.layer === layer))) return undefined;
      const where = new Uint8Array(stacked.rows * dMlp);
      const value = zeros(this.executor.precision, where.length);
      variants.forEach((variant, v) => {
        for (const one of variant.filter((one) => one.layer === layer)) {
          packing.runs.forEach(({ length }, run) => {
            for (let position = Math.min(1, length - 1); position < length; position++) {
              const at = (v * packing.rows + packing.rowStart[run] + position) * dMlp + one.neuron;
              where[at] = 1;
              value[at] = one.value(group.first + run, position);
            }
          });
        }
      });
      return { where, value };
    };
    const { residual } = await capture(this.executor, stacked, repeatRows(residPre[lowest], variants.length), {
      sites: [],
      from: lowest,
      patchSites: ["hidden"],
      patch: (_, layer) => patch(layer),
      afterLayer: () => this.options.between?.(),
    });
    return takeRows(residual, dModel, stacked.endRows);
  }
}

async function groupOf(
  executor: Executor,
  beginnings: readonly (readonly number[])[],
  first: number,
  everywhere: boolean,
): Promise<Group> {
  const { dModel, dMlp } = executor.model.config;
  const packing = Packing.ofLengths(beginnings.map(({ length }) => length));
  const embedded = executor.embed(beginnings.flat(), packing.positions);
  const { at, residual } = await capture(executor, packing, embedded, { sites: ["residPre", "hidden", "k", "v"] });
  const streams = [...at.residPre!.slice(1), residual];
  return {
    first,
    packing,
    kv: at.k!.map((k, layer) => ({ k, v: at.v![layer] })),
    hidden: at.hidden!.map((rows) => takeRows(rows, dMlp, packing.endRows)),
    residPost: streams.map((rows) => takeRows(rows, dModel, packing.endRows)),
    residPre: everywhere ? at.residPre : undefined,
  };
}

/** Packings of last tokens alone are kept, so that their index inputs are made once. */
const endPackings = new WeakMap<Packing, Map<number, Packing>>();

/** The last token of every run, so many times over, with all before it as prefix. */
function endPacking(packing: Packing, copies: number): Packing {
  const known = endPackings.get(packing) ?? new Map<number, Packing>();
  endPackings.set(packing, known);
  const ends = packing.runs.map(({ length }, r) => ({ length, first: length - 1, prefixRow: packing.rowStart[r] }));
  const made = known.get(copies) ?? new Packing(Array.from({ length: copies }, () => ends).flat());
  known.set(copies, made);
  return made;
}
