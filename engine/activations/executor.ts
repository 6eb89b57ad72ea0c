// Runs the parts of one model: compiles each on first use, keeps its weights in memory once, counts the work.
import { EngineError } from "../base/errors.ts";
import { say } from "../base/sentence.ts";
import { atLayer, type LayerConfig, type LayerWeights, type Model, type ModelConfig } from "../model/model.ts";
import type { ChangedPart, OverlaidModel } from "../model/overlay.ts";
import type { Graph } from "../onnx/graph.ts";
import { type Feed, i64, Program } from "../runtime/ort.ts";
import { attentionGraph, mixedValuesGraph, patternGraph, projectionsGraph } from "../transformer/attention.ts";
import { finalNormGradientGraph, gradientName, unembedGradientGraph } from "../transformer/backward.ts";
import type { Precision } from "../transformer/precision.ts";
import { finalNormGraph, readoutGraph, unembedGraph, windowsOf } from "../transformer/readout.ts";
import { attnOutGraph, GIVEN_MLP, HIDDEN_INPUTS, hiddenGraph, mlpOutGraph, writeGraph } from "../transformer/write.ts";
import { attentionFeeds, type Packing, type Queries, type Reals, reals, zeros } from "./packing.ts";

/** Keys and values of a layer's shared prefix, "prefixRow keyValueHead·dHead", keys rotated. */
export interface PrefixRows {
  readonly k: Reals;
  readonly v: Reals;
}

/** What replaces a site: `where` has one byte per entry, 1 = replaced. */
export interface Patch {
  readonly where: Uint8Array;
  readonly value: Reals;
}

export interface ExecutorOptions {
  readonly threads?: number;
  readonly precision?: Precision;
}

/** What an executor shares with the one of the model under its overlay. */
interface Under {
  readonly executor: Executor;
  readonly changed: ReadonlySet<ChangedPart>;
}

type AttentionOutput = "z" | "q" | "k" | "v" | "pattern";
type ReadoutOutput = "logits" | "maxima" | "found" | "shift" | "total" | "own" | "across" | "back";
type WriteOutput = "residPost" | "residMid" | "attnOut" | "mlpOut" | "hidden";

/** Slices of the vocabulary keep one product short enough to stop between two of them. */
const vocabularySlice = 8192;
/** Variants of a part (patched sites) beyond this share of the model's own size push out the one used longest ago. */
const spareShare = 0.3;
const spareBytesAtLeast = 64e6;

interface Compiled {
  readonly program: Promise<Program>;
  readonly bytes: number;
}

export class Executor {
  readonly precision: Precision;
  readonly threads: number | undefined;
  private readonly programs = new Map<string, Compiled>();
  private readonly feedCache = new WeakMap<Packing, Map<string, Record<string, Feed>>>();
  private signal: AbortSignal | undefined;
  private under: Under | undefined;

  constructor(
    readonly model: Model,
    options: ExecutorOptions = {},
  ) {
    this.precision = options.precision ?? "float32";
    this.threads = options.threads;
  }

  /**
   * An executor of this model with some weights replaced. It shares the programs of what is the same, so that one changed layer costs
   * one layer; it is disposed of before this one, and the model under the overlay stays this one's.
   */
  overlaid(model: OverlaidModel): Executor {
    const executor = new Executor(model, { threads: this.threads, precision: this.precision });
    executor.under = { executor: this, changed: model.changedParts };
    return executor;
  }

  /**
   * Does work that ends between two programs when the signal fires, whoever runs them. Of such work an executor does one piece at
   * a time.
   *
   * @throws EngineError "cancelled"; as the work
   */
  async until<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    this.signal = signal;
    try {
      this.checkSignal();
      return await work();
    } finally {
      this.signal = undefined;
    }
  }

  /** @throws EngineError "cancelled" where the work under way has been stopped */
  checkSignal(): void {
    if (this.signal?.aborted) throw new EngineError("cancelled", say`Stopped on request.`);
  }

  /** Token embeddings, plus learned positions where the model has them: "row dModel". */
  embed(ids: readonly number[], positions: ArrayLike<number>): Reals {
    const { dModel } = this.model.config;
    const rows = zeros(this.precision, ids.length * dModel);
    rows.set(this.model.embedRows(ids));
    const table = this.model.positionRows();
    if (table) {
      for (let row = 0; row < ids.length; row++) {
        for (let i = 0; i < dModel; i++) rows[row * dModel + i] += table[positions[row] * dModel + i];
      }
    }
    return rows;
  }

  /** The attention part of one layer; only the wanted outputs are fetched. */
  async attention<Wanted extends AttentionOutput>(
    layer: number,
    packing: Packing,
    residual: Reals,
    options: {
      readonly queries: Queries;
      readonly wanted: readonly Wanted[];
      readonly prefix?: PrefixRows;
    },
  ): Promise<Record<Wanted, Reals>> {
    const { config } = this.model;
    const selected = options.queries === "end";
    const program = await this.program(`attention/${layer}/${selected}`, layer, () =>
      attentionGraph(atLayer(config, layer), this.model.layer(layer), {
        queries: selected ? "selected" : "all",
        precision: this.precision,
      }),
    );
    const { prefixRows, prefixK, prefixV } = this.prefixFeeds(options.prefix);
    const feeds: Record<string, Feed> = {
      ...this.feedsOf(packing, layer, options.queries, prefixRows),
      residual: reals([packing.rows, config.dModel], residual),
      prefixK,
      prefixV,
    };
    return fetched(await program.run(feeds, options.wanted), options.wanted);
  }

  /** The write part of one layer on `residual` "row dModel" and `z` "row head·dHead". */
  async write<Wanted extends WriteOutput>(
    layer: number,
    residual: Reals,
    z: Reals,
    options: {
      readonly wanted: readonly Wanted[];
      /** The MLP's output, instead of computing it. */
      readonly mlpOut?: Reals;
      /** Replaces hidden neurons, "row dMlp". */
      readonly hidden?: Patch;
    },
  ): Promise<Record<Wanted, Reals>> {
    const { config } = this.model;
    const rows = residual.length / config.dModel;
    const mlp = options.mlpOut ? "given" : "computed";
    const replaced = options.hidden !== undefined;
    const program = await this.program(`write/${layer}/${mlp}/${replaced}`, layer, () =>
      writeGraph(config, this.model.layer(layer), { mlp, replaced, precision: this.precision }),
    );
    const feeds: Record<string, Feed> = {
      residual: reals([rows, config.dModel], residual),
      z: reals([rows, config.nHeads * config.dHead], z),
    };
    if (options.mlpOut) feeds[GIVEN_MLP] = reals([rows, config.dModel], options.mlpOut);
    if (options.hidden) {
      const shape = [rows, config.dMlp];
      feeds[HIDDEN_INPUTS.where] = { dtype: "bool", shape, data: options.hidden.where };
      feeds[HIDDEN_INPUTS.value] = reals(shape, options.hidden.value);
    }
    return fetched(await program.run(feeds, options.wanted), options.wanted);
  }

  /** Queries before their rotation, "row head dHead", rotated keys and values, "row keyValueHead·dHead". */
  async projections(layer: number, packing: Packing, residual: Reals): Promise<Record<"q" | "k" | "v", Reals>> {
    const { config } = this.model;
    const program = await this.program(`projections/${layer}`, layer, () =>
      projectionsGraph(atLayer(config, layer), this.model.layer(layer), this.precision),
    );
    const turn = named(this.feedsOf(packing, layer, "all", 1), TURN);
    const outputs = await program.run({ ...turn, residual: reals([packing.rows, config.dModel], residual) });
    return fetched(outputs, ["q", "k", "v"]);
  }

  /** "run keyValueHead G·query key", of what `projections` gives. */
  async pattern(layer: number, packing: Packing, q: Reals, k: Reals, prefix: PrefixRows | undefined): Promise<Reals> {
    const { nHeads, nKeyValueHeads, dHead } = this.model.config;
    const config = atLayer(this.model.config, layer);
    // Without weights: layers of one scale share it.
    const program = await this.program(`pattern/${config.attentionScale}`, undefined, () =>
      patternGraph(config, this.precision),
    );
    const { prefixRows, prefixK } = this.prefixFeeds(prefix);
    const feeds = {
      ...named(this.feedsOf(packing, layer, "all", prefixRows), [...TURN, "queryIndex", "keyIndex", "mask"]),
      q: reals([packing.rows, nHeads, dHead], q),
      k: reals([packing.rows, nKeyValueHeads * dHead], k),
      prefixK,
    };
    return fetched(await program.run(feeds), ["pattern"]).pattern;
  }

  /** z "row head·dHead" = pattern · v. */
  async mixedValues(packing: Packing, pattern: Reals, v: Reals, prefix: PrefixRows | undefined): Promise<Reals> {
    const { nKeyValueHeads, dHead } = this.model.config;
    const program = await this.program("mixed-values", undefined, () =>
      mixedValuesGraph(atLayer(this.model.config, 0), this.precision),
    );
    const { prefixRows, prefixV } = this.prefixFeeds(prefix);
    // Of the mask only the shape, which all layers share.
    const index = named(this.feedsOf(packing, 0, "all", prefixRows), ["keyIndex", "zIndex", "mask"]);
    const [runs, , groupQueries, keys] = index.mask.shape;
    const feeds = {
      keyIndex: index.keyIndex,
      zIndex: index.zIndex,
      pattern: reals([runs, nKeyValueHeads, groupQueries, keys], pattern),
      v: reals([packing.rows, nKeyValueHeads * dHead], v),
      prefixV,
    };
    return fetched(await program.run(feeds), ["z"]).z;
  }

  /** z "row head·dHead" → attnOut "row dModel". */
  attnOut(layer: number, z: Reals): Promise<Reals> {
    const { nHeads, dHead } = this.model.config;
    return this.step(layer, attnOutGraph, ["z", z, nHeads * dHead], "attnOut");
  }

  /** What the MLP reads before its norm, "row dModel" → hidden "row dMlp". */
  hidden(layer: number, mlpIn: Reals): Promise<Reals> {
    return this.step(layer, hiddenGraph, ["mlpIn", mlpIn, this.model.config.dModel], "hidden");
  }

  /** hidden "row dMlp" → mlpOut "row dModel". */
  mlpOut(layer: number, hidden: Reals): Promise<Reals> {
    return this.step(layer, mlpOutGraph, ["hidden", hidden, this.model.config.dMlp], "mlpOut");
  }

  private async step(
    layer: number,
    build: (config: ModelConfig, weights: LayerWeights, precision: Precision) => Graph,
    [input, rows, width]: readonly [string, Reals, number],
    output: string,
  ): Promise<Reals> {
    const program = await this.program(`${output}/${layer}`, layer, () =>
      build(this.model.config, this.model.layer(layer), this.precision),
    );
    const feeds = { [input]: reals([rows.length / width, width], rows) };
    return fetched(await program.run(feeds), [output])[output];
  }

  /** Final norm of `residual` "row dModel". */
  async finalNorm(residual: Reals): Promise<Reals> {
    const { config } = this.model;
    const program = await this.program("final-norm", "final-norm", () =>
      finalNormGraph(config, this.model.finalNorm(), this.precision),
    );
    const shape = [residual.length / config.dModel, config.dModel];
    return fetched(await program.run({ residual: reals(shape, residual) }, ["normed"]), ["normed"]).normed;
  }

  /** Gradient at `residual` from one at the normed stream, "row dModel". */
  async finalNormGradient(residual: Reals, cotangent: Reals): Promise<Reals> {
    const { config } = this.model;
    const program = await this.program("final-norm gradient", "final-norm", () =>
      finalNormGradientGraph(config, this.model.finalNorm(), this.precision),
    );
    const shape = [residual.length / config.dModel, config.dModel];
    const outputs = await program.run({ residual: reals(shape, residual), cotangent: reals(shape, cotangent) });
    return outputs[gradientName("residual")].data as Reals;
  }

  /** Logits of the whole vocabulary, "row token", from `normed` "row dModel". */
  async logits(normed: Reals): Promise<Reals> {
    const { dModel, dVocab } = this.model.config;
    const rows = normed.length / dModel;
    const all = zeros(this.precision, rows * dVocab);
    const feeds = { normed: reals([rows, dModel], normed) };
    for (const { from, to } of this.vocabularySlices()) {
      const program = await this.program(`unembed/${from}`, "unembed", () => this.unembedSlice(from, to, unembedGraph));
      const { logits } = fetched(await program.run(feeds), ["logits"]);
      for (let row = 0; row < rows; row++) {
        all.set(logits.subarray(row * (to - from), (row + 1) * (to - from)), row * dVocab + from);
      }
    }
    return all;
  }

  /**
   * What `readoutGraph` makes of the logits of `normed` "row dModel", for the tokens `from` to `to` of one slice of the vocabulary
   * after another.
   *
   * @param options.top how many of the largest logits are to be found @param options.others rows that rows are compared with
   */
  async *readouts<Wanted extends ReadoutOutput>(
    normed: Reals,
    options: { readonly top: number; readonly others: readonly number[]; readonly wanted: readonly Wanted[] },
  ): AsyncGenerator<{ from: number; to: number; places: BigInt64Array; outputs: Record<Wanted, Reals> }> {
    const { dModel } = this.model.config;
    for (const { from, to } of this.vocabularySlices()) {
      const program = await this.program(`readout/${from}`, "unembed", () => this.unembedSlice(from, to, readoutGraph));
      const feeds = {
        normed: reals([normed.length / dModel, dModel], normed),
        count: i64([1], [Math.min(options.top, windowsOf(to - from))]),
        others: i64([options.others.length], options.others),
      };
      const outputs = await program.run(feeds, ["places", ...options.wanted]);
      const places = outputs.places.data as BigInt64Array;
      yield { from, to, places, outputs: fetched(outputs, options.wanted) };
    }
  }

  /**
   * What a gradient at the logits gives at the normed stream, one slice of the vocabulary after another, to be summed: "row dModel".
   *
   * @param cotangent the gradient at logits from … to − 1, "row token"
   */
  async *unembedGradients(rows: number, cotangent: (from: number, to: number) => Reals): AsyncGenerator<Reals> {
    const { config } = this.model;
    for (const { from, to } of this.vocabularySlices()) {
      const columns = () => this.model.unembedRows(Array.from({ length: to - from }, (_, i) => from + i));
      const program = await this.program(`unembed gradient/${from}`, "unembed", () =>
        unembedGradientGraph(config, columns(), this.precision),
      );
      const feed = reals([rows, to - from], cotangent(from, to));
      const outputs = await program.run({ cotangent: feed });
      yield outputs[gradientName("normed")].data as Reals;
    }
  }

  async dispose(): Promise<void> {
    const programs = [...this.programs.values()];
    this.programs.clear();
    for (const { program } of programs) await (await program).dispose();
  }

  private vocabularySlices(): { readonly from: number; readonly to: number }[] {
    const { dVocab } = this.model.config;
    return Array.from({ length: Math.ceil(dVocab / vocabularySlice) }, (_, i) => {
      const from = i * vocabularySlice;
      return { from, to: Math.min(from + vocabularySlice, dVocab) };
    });
  }

  private unembedSlice(from: number, to: number, build: typeof unembedGraph): Graph {
    const { config } = this.model;
    const tokens = to - from;
    const rows = this.model.unembedRows(Array.from({ length: tokens }, (_, i) => from + i));
    const W_U = new Float32Array(rows.length);
    for (let token = 0; token < tokens; token++) {
      for (let i = 0; i < config.dModel; i++) W_U[i * tokens + token] = rows[token * config.dModel + i];
    }
    return build(config, W_U, this.model.unembedBias()?.subarray(from, to), this.precision);
  }

  /** A prefix of one row of zeros stands in where there is none: no index points at it. */
  private prefixFeeds(prefix: PrefixRows | undefined) {
    const { nKeyValueHeads, dHead } = this.model.config;
    const width = nKeyValueHeads * dHead;
    const { k, v } = prefix ?? { k: zeros(this.precision, width), v: zeros(this.precision, width) };
    const shape = [k.length / width, width];
    return { prefixRows: shape[0], prefixK: reals(shape, k), prefixV: reals(shape, v) };
  }

  /** `attentionFeeds`, made once for each packing and whatever of the config they depend on: heads, window, rotation. */
  attentionFeeds(packing: Packing, config: LayerConfig, queries: Queries, prefixRows: number): Record<string, Feed> {
    const cache = this.feedCache.get(packing) ?? new Map<string, Record<string, Feed>>();
    this.feedCache.set(packing, cache);
    const { nHeads, nKeyValueHeads, slidingWindow } = config;
    const key = `${queries}/${prefixRows}/${nHeads}/${nKeyValueHeads}/${slidingWindow}`;
    const known = cache.get(key);
    if (known) return known;
    const made = attentionFeeds(packing, config, queries, prefixRows, this.precision);
    cache.set(key, made);
    return made;
  }

  private feedsOf(packing: Packing, layer: number, queries: Queries, prefixRows: number): Record<string, Feed> {
    return this.attentionFeeds(packing, atLayer(this.model.config, layer), queries, prefixRows);
  }

  /** @param part of the model whose weights it holds; undefined where it holds none */
  private async program(key: string, part: ChangedPart | undefined, build: () => Graph): Promise<Program> {
    this.checkSignal();
    if (this.under && (part === undefined || !this.under.changed.has(part))) {
      return this.under.executor.program(key, part, build);
    }
    const known = this.programs.get(key);
    if (known) {
      // Used last stands last: the map's order is the order of use.
      this.programs.delete(key);
      this.programs.set(key, known);
      return known.program;
    }
    const graph = build();
    const bytes = graph.constants.reduce((sum, { data }) => sum + data.byteLength, 0);
    await this.makeRoom(key, bytes);
    const made = { program: Program.compile(graph, { threads: this.threads }), bytes };
    this.programs.set(key, made);
    return made.program;
  }

  /** Disposes of the variants used longest ago once all programs together outgrow the model by the spare share. */
  private async makeRoom(key: string, bytes: number): Promise<void> {
    const budget = this.modelBytes() + Math.max(spareBytesAtLeast, spareShare * this.modelBytes());
    let total = bytes + [...this.programs.values()].reduce((sum, { bytes }) => sum + bytes, 0);
    for (const [other, compiled] of this.programs) {
      if (total <= budget) return;
      if (other === key) continue;
      this.programs.delete(other);
      total -= compiled.bytes;
      await (await compiled.program).dispose();
    }
  }

  private modelBytes(): number {
    const { nLayers, nHeads, nKeyValueHeads, dHead, dModel, dMlp, dVocab, mlp } = this.model.config;
    const attention = dModel * dHead * (2 * nHeads + 2 * nKeyValueHeads);
    const matrices = nLayers * (attention + dModel * dMlp * (mlp.kind === "gated" ? 3 : 2)) + dModel * dVocab;
    return matrices * (this.precision === "float32" ? 4 : 8);
  }
}

/** The rotation's inputs; models without one have none. */
const TURN = ["cos", "sin"] as const;

function named(feeds: Readonly<Record<string, Feed>>, names: readonly string[]): Record<string, Feed> {
  return Object.fromEntries(names.filter((name) => name in feeds).map((name) => [name, feeds[name]]));
}

function fetched<Wanted extends string>(
  outputs: Readonly<Record<string, Feed>>,
  wanted: readonly Wanted[],
): Record<Wanted, Reals> {
  return Object.fromEntries(wanted.map((name) => [name, outputs[name].data as Reals])) as Record<Wanted, Reals>;
}
