// One attention head as a program of its own, whose queries, keys and values may each read another stream.
//
// Under grouped-query attention the head has its own copy of the keys and values that it shares, so that one head's
// input can be changed alone.
import { greatest } from "../base/greatest.ts";
import { groupBy } from "../base/group.ts";
import { formatUnit, type Head } from "../circuit/unit.ts";
import type { Executor, PrefixRows } from "../activations/executor.ts";
import { type Packing, type Queries, type Reals, reals, zeros } from "../activations/packing.ts";
import { atLayer, type LayerConfig, type LayerWeights, type ModelConfig } from "../model/model.ts";
import { type Feed, Program } from "../runtime/ort.ts";
import { attentionGraph } from "../transformer/attention.ts";

/** The input of each kind of row, "row dModel". */
export interface HeadStreams {
  readonly q: Reals;
  readonly k: Reals;
  readonly v: Reals;
}

export interface HeadOutput {
  /** "query dHead" */
  readonly z: Reals;
  /** "run query key", queries and keys padded to the longest run; see `attentionAt`. */
  readonly pattern: Reals;
}

export class OneHead {
  private readonly programs = new Map<Queries, Promise<Program>>();

  private constructor(
    private readonly executor: Executor,
    readonly head: Head,
    private readonly config: LayerConfig,
    private readonly weights: LayerWeights,
  ) {}

  /** By id; each layer's weights are read once. */
  static of(executor: Executor, heads: readonly Head[]): Map<string, OneHead> {
    const made = new Map<string, OneHead>();
    for (const [layer, ofLayer] of groupBy(heads, (head) => head.layer)) {
      const weights = executor.model.layer(layer);
      const config = { ...atLayer(executor.model.config, layer), nHeads: 1, nKeyValueHeads: 1 };
      for (const head of ofLayer) {
        const own = weightsOf(weights, executor.model.config, head.head);
        made.set(formatUnit(head), new OneHead(executor, head, config, own));
      }
    }
    return made;
  }

  /** @param prefix of the whole layer */
  async run(
    packing: Packing,
    streams: HeadStreams,
    options: { readonly queries: Queries; readonly prefix?: PrefixRows },
  ): Promise<HeadOutput> {
    const { precision } = this.executor;
    const { dHead, dModel } = this.config;
    const prefix = options.prefix && this.prefixOf(options.prefix);
    const k = prefix?.k ?? zeros(precision, dHead);
    const prefixRows = k.length / dHead;
    const stream = (data: Reals): Feed => reals([packing.rows, dModel], data);
    const program = await this.program(options.queries);
    const outputs = await program.run(
      {
        ...this.executor.attentionFeeds(packing, this.config, options.queries, prefixRows),
        residualQ: stream(streams.q),
        residualK: stream(streams.k),
        residualV: stream(streams.v),
        prefixK: reals([prefixRows, dHead], k),
        prefixV: reals([prefixRows, dHead], prefix?.v ?? k),
      },
      ["z", "pattern"],
    );
    return { z: outputs.z.data as Reals, pattern: outputs.pattern.data as Reals };
  }

  /** What the head writes to the stream: z W_O, "row dModel", without the layer's bias. */
  result(z: Reals): Reals {
    const { dHead, dModel } = this.config;
    const { W_O } = this.weights;
    const rows = z.length / dHead;
    const out = zeros(this.executor.precision, rows * dModel);
    for (let row = 0; row < rows; row++) {
      for (let i = 0; i < dHead; i++) {
        const x = z[row * dHead + i];
        if (x === 0) continue;
        for (let j = 0; j < dModel; j++) out[row * dModel + j] += x * W_O[i * dModel + j];
      }
    }
    return out;
  }

  async dispose(): Promise<void> {
    for (const program of this.programs.values()) await (await program).dispose();
    this.programs.clear();
  }

  private program(queries: Queries): Promise<Program> {
    const known = this.programs.get(queries);
    if (known) return known;
    const graph = attentionGraph(this.config, this.weights, {
      queries: queries === "end" ? "selected" : "all",
      streams: "apart",
      precision: this.executor.precision,
    });
    const made = Program.compile(graph, { threads: this.executor.threads });
    this.programs.set(queries, made);
    return made;
  }

  private prefixOf({ k, v }: PrefixRows): PrefixRows {
    const { nKeyValueHeads, dHead } = this.executor.model.config;
    const shared = keyValueHead(this.executor.model.config, this.head.head);
    const own = (data: Reals) => columns(data, nKeyValueHeads * dHead, shared * dHead, dHead);
    return { k: own(k), v: own(v) };
  }
}

/** The attention that one position of a run pays to another, from a pattern over all queries of the packing. */
export function attentionAt(packing: Packing, pattern: Reals, run: number, query: number, key: number): number {
  const maxQueries = greatest(packing.runs.map(({ length, first }) => length - first));
  const maxKeys = greatest(packing.runs.map(({ length }) => length));
  return pattern[(run * maxQueries + query - packing.runs[run].first) * maxKeys + key];
}

function keyValueHead({ nHeads, nKeyValueHeads }: ModelConfig, head: number): number {
  return Math.floor((head * nKeyValueHeads) / nHeads);
}

/** The weights of one head as those of a layer that has no other. */
function weightsOf(layer: LayerWeights, config: ModelConfig, head: number): LayerWeights {
  const { nHeads, nKeyValueHeads, dHead, dModel } = config;
  const shared = keyValueHead(config, head);
  const query = (data: Float32Array) => columns(data, nHeads * dHead, head * dHead, dHead) as Float32Array;
  const keyValue = (data: Float32Array) => columns(data, nKeyValueHeads * dHead, shared * dHead, dHead) as Float32Array;
  return {
    ...layer,
    W_Q: query(layer.W_Q),
    b_Q: layer.b_Q && query(layer.b_Q),
    W_K: keyValue(layer.W_K),
    b_K: layer.b_K && keyValue(layer.b_K),
    W_V: keyValue(layer.W_V),
    b_V: layer.b_V && keyValue(layer.b_V),
    W_O: layer.W_O.slice(head * dHead * dModel, (head + 1) * dHead * dModel),
  };
}

/** Columns [from, from + count) of a "row width" array. */
export function columns(data: Reals, width: number, from: number, count: number): Reals {
  const rows = data.length / width;
  const taken = data instanceof Float64Array ? new Float64Array(rows * count) : new Float32Array(rows * count);
  for (let row = 0; row < rows; row++) {
    taken.set(data.subarray(row * width + from, row * width + from + count), row * count);
  }
  return taken;
}
