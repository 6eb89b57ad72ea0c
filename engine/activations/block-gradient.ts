// Backward through one layer step by step, with the gradient at every site in the caller's hands on the way.
import { atLayer, type LayerConfig } from "../model/model.ts";
import type { Graph } from "../onnx/graph.ts";
import { type Feed, Program } from "../runtime/ort.ts";
import {
  attnOutGradientGraph,
  cotangentName,
  gradientName,
  hiddenGradientGraph,
  mixedValuesGradientGraph,
  mlpOutGradientGraph,
  patternGradientGraph,
  projectionsGradientGraph,
} from "../transformer/backward.ts";
import type { Site } from "../transformer/sites.ts";
import type { Executor } from "./executor.ts";
import { type Packing, type Reals, reals, zeros } from "./packing.ts";

/** Sites of the forward run that the way back reads, behind their changes. */
export const FORWARD_SITES = ["residPre", "q", "k", "v", "pattern", "residMid"] as const satisfies readonly Site[];

/** The programs that go back through one layer; `dispose` frees their weights. */
export class BlockGradient {
  private readonly programs = new Map<string, Promise<Program>>();
  private heldBytes = 0;

  constructor(
    private readonly executor: Executor,
    private readonly layer: number,
  ) {}

  /** Of the weights that its programs hold so far. */
  get bytes(): number {
    return this.heldBytes;
  }

  /**
   * @param at the forward run's values at `FORWARD_SITES`
   * @param residPost gradient at the layer's output, "row dModel"
   * @param pass called at every site from residPost to residPre with the gradient behind its changes over all paths from
   *   there on; what it returns goes on before them
   * @returns gradient at the layer's input
   */
  async back(
    packing: Packing,
    at: ReadonlyMap<Site, Reals>,
    residPost: Reals,
    pass: (site: Site, gradient: Reals) => Promise<Reals>,
  ): Promise<Reals> {
    const { config } = this.executor.model;
    const { dModel, dMlp, nHeads, dHead } = config;
    const rows = (width: number, data: Reals) => reals([data.length / width, width], data);
    const stream = await pass("residPost", residPost);
    const atMlpOut = await pass("mlpOut", stream);
    const back = await this.run("mlpOut", { mlpOut: rows(dModel, atMlpOut) }, {}, ["hidden"]);
    const atHidden = await pass("hidden", back.hidden);
    const mlpIn = at.get(config.parallelBlocks ? "residPre" : "residMid")!;
    const read = await this.run("hidden", { hidden: rows(dMlp, atHidden) }, { mlpIn: rows(dModel, mlpIn) }, ["mlpIn"]);
    const atResidMid = await pass("residMid", config.parallelBlocks ? stream : sum(stream, read.mlpIn));
    const atAttnOut = await pass("attnOut", atResidMid);
    const { z } = await this.run("attnOut", { attnOut: rows(dModel, atAttnOut) }, {}, ["z"]);
    const atZ = await pass("z", z);
    const through = await this.throughAttention(packing, at, rows(nHeads * dHead, atZ), pass);
    const past = config.parallelBlocks ? sum(atResidMid, read.mlpIn) : atResidMid;
    return pass("residPre", sum(past, through));
  }

  async dispose(): Promise<void> {
    for (const program of this.programs.values()) await (await program).dispose();
  }

  private async throughAttention(
    packing: Packing,
    at: ReadonlyMap<Site, Reals>,
    atZ: Feed,
    pass: (site: Site, gradient: Reals) => Promise<Reals>,
  ): Promise<Reals> {
    const { executor } = this;
    const { precision } = executor;
    const config = atLayer(executor.model.config, this.layer);
    const { nHeads, nKeyValueHeads, dHead, dModel } = config;
    const width = nKeyValueHeads * dHead;
    // No index points at this row: every run starts at its first token.
    const prefix = reals([1, width], zeros(precision, width));
    const feeds = executor.attentionFeeds(packing, config, "all", 1);
    const turn: Record<string, Feed> = feeds.cos ? { cos: feeds.cos, sin: feeds.sin } : {};
    const keyValue = [packing.rows, width];
    const query = [packing.rows, nHeads, dHead];
    const [runs, , groupQueries, keys] = feeds.mask.shape;
    const pattern = [runs, nKeyValueHeads, groupQueries, keys];

    const values = { pattern: reals(pattern, at.get("pattern")!), v: reals(keyValue, at.get("v")!), prefixV: prefix };
    const { keyIndex, zIndex, queryIndex, mask } = feeds;
    const mixed = await this.run("z", { z: atZ }, { ...values, keyIndex, zIndex }, ["pattern", "v"]);
    const atPattern = await pass("pattern", mixed.pattern);
    const asked = { q: reals(query, at.get("q")!), k: reals(keyValue, at.get("k")!), prefixK: prefix };
    const scores = await this.run(
      "pattern",
      { pattern: reals(pattern, atPattern) },
      { ...asked, ...turn, keyIndex, queryIndex, mask },
      ["q", "k"],
    );
    const [v, k, q] = [await pass("v", mixed.v), await pass("k", scores.k), await pass("q", scores.q)];
    const cotangents = { q: reals(query, q), k: reals(keyValue, k), v: reals(keyValue, v) };
    const residual = reals([packing.rows, dModel], at.get("residPre")!);
    return (await this.run("projections", cotangents, { ...turn, residual }, ["residual"])).residual;
  }

  private async run<Name extends string>(
    step: keyof typeof GRAPHS,
    cotangents: Readonly<Record<string, Feed>>,
    forward: Readonly<Record<string, Feed>>,
    wanted: readonly Name[],
  ): Promise<Record<Name, Reals>> {
    const feeds: Record<string, Feed> = { ...forward };
    for (const [name, feed] of Object.entries(cotangents)) feeds[cotangentName(name)] = feed;
    const outputs = await (await this.program(step)).run(feeds);
    return Object.fromEntries(wanted.map((name) => [name, outputs[gradientName(name)].data as Reals])) as Record<
      Name,
      Reals
    >;
  }

  private program(step: keyof typeof GRAPHS): Promise<Program> {
    const { executor, layer } = this;
    const known = this.programs.get(step);
    if (known) return known;
    const graph = GRAPHS[step](atLayer(executor.model.config, layer), executor, layer);
    this.heldBytes += graph.constants.reduce((sum, { data }) => sum + data.byteLength, 0);
    const made = Program.compile(graph, { threads: executor.threads });
    this.programs.set(step, made);
    return made;
  }
}

type Build = (config: LayerConfig, executor: Executor, layer: number) => Graph;

const GRAPHS = {
  mlpOut: (config, { model, precision }, layer) => mlpOutGradientGraph(config, model.layer(layer), precision),
  hidden: (config, { model, precision }, layer) => hiddenGradientGraph(config, model.layer(layer), precision),
  attnOut: (config, { model, precision }, layer) => attnOutGradientGraph(config, model.layer(layer), precision),
  z: (config, { precision }) => mixedValuesGradientGraph(config, precision),
  pattern: (config, { precision }) => patternGradientGraph(config, precision),
  projections: (config, { model, precision }, layer) => projectionsGradientGraph(config, model.layer(layer), precision),
} satisfies Record<string, Build>;

function sum(a: Reals, b: Reals): Reals {
  const total = a.slice();
  for (let i = 0; i < total.length; i++) total[i] += b[i];
  return total;
}
