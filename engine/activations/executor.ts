// Runs the parts of one model: compiles each on first use, keeps its weights in memory once, counts the work.
import type { Model } from "../model/model.ts";
import { type Feed, Program } from "../runtime/ort.ts";
import { attentionGraph } from "../transformer/attention.ts";
import type { Precision } from "../transformer/precision.ts";
import { finalNormGraph, unembedGraph } from "../transformer/readout.ts";
import { type AttentionSite, patchInputs, type WriteSite } from "../transformer/sites.ts";
import { writeGraph } from "../transformer/write.ts";
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

type AttentionOutput = "z" | "q" | "k" | "v" | "pattern";
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

  constructor(
    readonly model: Model,
    options: ExecutorOptions = {},
  ) {
    this.precision = options.precision ?? "float32";
    this.threads = options.threads;
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
      readonly patches?: Partial<Record<AttentionSite, Patch & { readonly shape: readonly number[] }>>;
    },
  ): Promise<Record<Wanted, Reals>> {
    const { config } = this.model;
    const width = config.nKeyValueHeads * config.dHead;
    const sites = Object.keys(options.patches ?? {}).sort() as AttentionSite[];
    const selected = options.queries === "end";
    const program = await this.program(`attention/${layer}/${selected}/${sites}`, () =>
      attentionGraph(config, this.model.layer(layer), {
        queries: selected ? "selected" : "all",
        patch: sites,
        precision: this.precision,
      }),
    );
    // A prefix of one row of zeros stands in where there is none: no index points at it.
    const prefix = options.prefix ?? { k: zeros(this.precision, width), v: zeros(this.precision, width) };
    const prefixRows = prefix.k.length / width;
    const feeds: Record<string, Feed> = {
      ...this.feedsOf(packing, options.queries, prefixRows),
      residual: reals([packing.rows, config.dModel], residual),
      prefixK: reals([prefixRows, width], prefix.k),
      prefixV: reals([prefixRows, width], prefix.v),
    };
    for (const site of sites) {
      const { where, value, shape } = options.patches![site]!;
      feeds[patchInputs(site).where] = { dtype: "bool", shape, data: where };
      feeds[patchInputs(site).value] = reals(shape, value);
    }
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
      readonly patches?: Partial<Record<WriteSite, Patch>>;
    },
  ): Promise<Record<Wanted, Reals>> {
    const { config } = this.model;
    const rows = residual.length / config.dModel;
    const sites = Object.keys(options.patches ?? {}).sort() as WriteSite[];
    const mlp = options.mlpOut ? "given" : "computed";
    const program = await this.program(`write/${layer}/${mlp}/${sites}`, () =>
      writeGraph(config, this.model.layer(layer), { mlp, patch: sites, precision: this.precision }),
    );
    const feeds: Record<string, Feed> = {
      residual: reals([rows, config.dModel], residual),
      z: reals([rows, config.nHeads * config.dHead], z),
    };
    if (options.mlpOut) feeds[patchInputs("mlpOut").value] = reals([rows, config.dModel], options.mlpOut);
    for (const site of sites) {
      const { where, value } = options.patches![site]!;
      const shape = [rows, value.length / rows];
      feeds[patchInputs(site).where] = { dtype: "bool", shape, data: where };
      feeds[patchInputs(site).value] = reals(shape, value);
    }
    return fetched(await program.run(feeds, options.wanted), options.wanted);
  }

  /** Final norm of `residual` "row dModel". */
  async finalNorm(residual: Reals): Promise<Reals> {
    const { config } = this.model;
    const program = await this.program("final-norm", () =>
      finalNormGraph(config, this.model.finalNorm(), this.precision),
    );
    const shape = [residual.length / config.dModel, config.dModel];
    return fetched(await program.run({ residual: reals(shape, residual) }, ["normed"]), ["normed"]).normed;
  }

  /** Logits of the whole vocabulary, "row token", from `normed` "row dModel". */
  async logits(normed: Reals): Promise<Reals> {
    const { config } = this.model;
    const rows = normed.length / config.dModel;
    const all = zeros(this.precision, rows * config.dVocab);
    for (let from = 0; from < config.dVocab; from += vocabularySlice) {
      const to = Math.min(from + vocabularySlice, config.dVocab);
      const program = await this.program(`unembed/${from}`, () => this.unembedSlice(from, to));
      const part = await program.run({ normed: reals([rows, config.dModel], normed) }, ["logits"]);
      const { logits } = fetched(part, ["logits"]);
      for (let row = 0; row < rows; row++) {
        all.set(logits.subarray(row * (to - from), (row + 1) * (to - from)), row * config.dVocab + from);
      }
    }
    return all;
  }

  async dispose(): Promise<void> {
    const programs = [...this.programs.values()];
    this.programs.clear();
    for (const { program } of programs) await (await program).dispose();
  }

  private unembedSlice(from: number, to: number) {
    const { config } = this.model;
    const tokens = to - from;
    const rows = this.model.unembedRows(Array.from({ length: tokens }, (_, i) => from + i));
    const W_U = new Float32Array(rows.length);
    for (let token = 0; token < tokens; token++) {
      for (let i = 0; i < config.dModel; i++) W_U[i * tokens + token] = rows[token * config.dModel + i];
    }
    return unembedGraph(config, W_U, this.model.unembedBias()?.subarray(from, to), this.precision);
  }

  private feedsOf(packing: Packing, queries: Queries, prefixRows: number): Record<string, Feed> {
    const cache = this.feedCache.get(packing) ?? new Map<string, Record<string, Feed>>();
    this.feedCache.set(packing, cache);
    const key = `${queries}/${prefixRows}`;
    const known = cache.get(key);
    if (known) return known;
    const made = attentionFeeds(packing, this.model.config, queries, prefixRows, this.precision);
    cache.set(key, made);
    return made;
  }

  private async program(key: string, build: () => Parameters<typeof Program.compile>[0]): Promise<Program> {
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

function fetched<Wanted extends string>(
  outputs: Readonly<Record<string, Feed>>,
  wanted: readonly Wanted[],
): Record<Wanted, Reals> {
  return Object.fromEntries(wanted.map((name) => [name, outputs[name].data as Reals])) as Record<Wanted, Reals>;
}
