// Edge attribution: a first-order estimate of what cutting each single connection does to the metric, for all at once.
import type { Ablation } from "../activations/ablation.ts";
import type { Executor } from "../activations/executor.ts";
import { backward, type ForwardRun, type LayerGradients } from "../activations/gradients.ts";
import { HeldPrograms } from "../activations/held-programs.ts";
import { type Packing, type Reals, reals, repeatRows, zeros } from "../activations/packing.ts";
import { EngineError } from "../base/errors.ts";
import { say } from "../base/sentence.ts";
import type { Edge, HeadInput } from "../circuit/edge.ts";
import { edgeIndex, slotIndex, sourceIndex, type Topology, topologyOf } from "../circuit/topology.ts";
import { headUnit, mlpUnit } from "../circuit/unit.ts";
import { LOGITS } from "../circuit/node.ts";
import type { MetricName } from "../metric/metric.ts";
import { atLayer } from "../model/model.ts";
import { Graph } from "../onnx/graph.ts";
import { matMul, transpose } from "../onnx/ops.ts";
import type { Example } from "../task/example.ts";
import { gradientName, headInputGradientGraph } from "../transformer/backward.ts";
import { ablatedOver, AblationDifferences, type Group, prepareGroups } from "./gradient-runs.ts";
import {
  firstLayerOf,
  type IntegrationPath,
  layersGoneBack,
  type Part,
  partsOf,
  pathOf,
  requireRuns,
  shareOf,
} from "./integration-path.ts";
import { type Change, inBatches, type Job, jobsOf, type PointRun, PointRuns } from "./point-runs.ts";
import type { Position } from "./positions.ts";
import { type NodeValues, sourceOutputs, writtenByHeads } from "./source-outputs.ts";

export interface EdgeAttributionRequest {
  readonly metric: MetricName;
  readonly ablation: Ablation;
  /** Where gradients are taken (default: in the clean run alone). */
  readonly path?: IntegrationPath;
  /** Also give the scores by position of the reader. */
  readonly positions?: readonly Position[];
  /** Of one who asks for several examples one after another; made anew otherwise. */
  readonly programs?: HeldPrograms;
  readonly signal?: AbortSignal;
  /** Counts layers gone back through. */
  readonly onProgress?: (done: number, total: number) => void;
}

export interface EdgeScore extends Edge {
  /** Estimated change of the mean metric when what the source writes is ablated at this input alone; sign kept. */
  readonly score: number;
  /** The same for what is read at each of the positions asked for; those of every token add up to the score. */
  readonly byPosition?: readonly number[];
}

/**
 * score(u → v) = mean over examples of Σ over pos, dim (ablated − clean) of what u writes · ∂metric/∂(what v reads), the
 * gradient being that of v's own path (before its norm), averaged over the points of the path. Heads read by q, k and v
 * apart, also where key-value heads are shared. The scores of all edges out of a node add up to its attribution on the same path.
 *
 * On a path in steps (conductance) what stands beside the gradient at α_k is what u writes at α_{k−1} − what it writes at α_k, and
 * the points are summed: over every cut that all ways from the embeddings to the logits cross, the scores add up to m(corrupt) − m(clean),
 * with an error that falls as one through the number of points.
 *
 * @returns every edge of the model, in the order of `topologyOf`
 * @throws EngineError "usage" where there is no example, and as `requireRuns`; "cancelled"
 * @see Syed et al. 2023, arXiv:2310.10348 (EAP); Hanna et al. 2024, arXiv:2403.17806 (EAP-IG); `pathOf` (conductance)
 */
export async function edgeAttribution(
  executor: Executor,
  examples: readonly Example[],
  request: EdgeAttributionRequest,
): Promise<EdgeScore[]> {
  if (examples.length === 0) throw new EngineError("usage", say`There are no examples to score.`);
  const { ablation, path = pathOf("attribution", 1), positions = [] } = request;
  requireRuns(path, ablation);
  const { config } = executor.model;
  const topology = topologyOf(config);
  const groups = prepareGroups(executor, examples, positions);
  const ablated = await ablatedOver(executor, groups, ablation);
  const parts = partsOf(path, config);
  const total = layersGoneBack(parts, config) * groups.length * path.alphas.length;
  let done = 0;
  const scorer = new EdgeScorer(executor, topology, positions.length);
  const scored = async (programs: HeldPrograms): Promise<void> => {
    // One group at a time: what every source writes to every row is held at once.
    for (const group of groups) {
      const changes = new AblationDifferences(executor, ablated);
      const pointRuns = new PointRuns(executor, request.metric, ["z", "mlpOut"]);
      let beside: Written | undefined;
      for (const part of parts) {
        const jobs = jobsOf(path, group, part);
        const credited = path.through === "input" ? everySource(topology) : sourcesOfPart(topology, part);
        for (const batch of batchesOf(executor, path, jobs)) {
          const runs: PointRun<keyof NodeValues>[] = [];
          for (const job of batch) runs.push(await pointRuns.of(job, changes));
          // The whole change is that of every point.
          if (!beside || path.change === "steps") beside = await scorer.written(programs, group, runs[0].change);
          const written = beside;
          for (const run of runs) await scorer.addLogits(programs, credited, written, run.cotangent);
          await backward(executor, runs, {
            from: firstLayerOf(part),
            programs,
            visit: async (layer, r, gradients) => {
              if (request.signal?.aborted) throw new EngineError("cancelled", say`Stopped on request.`);
              await scorer.addLayer(programs, layer, credited, written, runs[r], gradients);
              request.onProgress?.(++done, total);
            },
          });
        }
      }
    }
  };
  await HeldPrograms.lent(request.programs, executor, scored);
  const count = examples.length * shareOf(path);
  return topology.edges.map((edge) => ({
    ...edge,
    score: scorer.sumOf(edge) / count,
    ...(positions.length > 0 && { byPosition: positions.map((_, p) => scorer.sumOf(edge, p) / count) }),
  }));
}

/** In steps the sources of each point have a change of their own, so that one point is gone back through at a time. */
const batchesOf = (executor: Executor, { change }: IntegrationPath, jobs: readonly Job[]): Job[][] =>
  change === "whole" ? inBatches(executor, jobs) : jobs.map((job) => [job]);

/** Sources from one number up to another. */
interface SourceRange {
  readonly from: number;
  readonly to: number;
}

const everySource = ({ sources }: Topology): SourceRange => ({ from: 0, to: sources.length });

function sourcesOfPart({ sizes }: Topology, part: Part): SourceRange {
  if (part.kind === "input") return { from: 0, to: 1 };
  const mlp = sourceIndex(sizes, mlpUnit(part.layer));
  return part.kind === "mlp" ? { from: mlp, to: mlp + 1 } : { from: mlp - sizes.nHeads, to: mlp };
}

/** The change of what each source writes to the stream, in the order of the topology: "source row·dModel". */
interface Written {
  readonly data: Reals;
  /** row·dModel */
  readonly entries: number;
  readonly group: Group;
}

/** Products of what sources write and what slots' gradients say, summed over rows into tables "source slot". */
class EdgeScorer {
  /** Over all rows, and over those of each position asked for. */
  private readonly sums: Float64Array;
  private readonly byPosition: readonly Float64Array[];

  /** What heads read is asked for one head after another: the packing of a group, once for each head. */
  private readonly perHead = new WeakMap<Packing, Packing>();

  constructor(
    private readonly executor: Executor,
    private readonly topology: Topology,
    nPositions: number,
  ) {
    const size = topology.sources.length * topology.slots.length;
    this.sums = new Float64Array(size);
    this.byPosition = Array.from({ length: nPositions }, () => new Float64Array(size));
  }

  async written(programs: HeldPrograms, group: Group, change: Change<keyof NodeValues>): Promise<Written> {
    const { executor, topology } = this;
    const input = await change.input();
    const at = (layer: number) => change.at(layer);
    const data = await sourceOutputs(executor, topology, input, at, writtenByHeads(executor, programs));
    return { data, entries: input.length, group };
  }

  async addLayer(
    programs: HeldPrograms,
    layer: number,
    { from, to }: SourceRange,
    written: Written,
    run: ForwardRun,
    gradients: LayerGradients,
  ): Promise<void> {
    const { sizes } = this.topology;
    const ownHeads = sourceIndex(sizes, headUnit(layer, 0));
    const ownMlp = sourceIndex(sizes, mlpUnit(layer));
    if (from < ownHeads) {
      const { q, k, v } = await this.headInputs(programs, layer, run, gradients.z);
      const first = slotIndex(sizes, { target: headUnit(layer, 0), input: "q" });
      await this.add(programs, { from, to: Math.min(to, ownHeads) }, first, written, [q, k, v]);
    }
    // In parallel blocks the heads of the layer are no sources of its MLP: they are computed along and never read.
    const range = { from, to: Math.min(to, ownMlp) };
    const slot = slotIndex(sizes, { target: mlpUnit(layer) });
    if (from < ownMlp) await this.add(programs, range, slot, written, [gradients.mlpIn]);
  }

  addLogits(programs: HeldPrograms, sources: SourceRange, written: Written, gradient: Reals): Promise<void> {
    return this.add(programs, sources, slotIndex(this.topology.sizes, { target: LOGITS }), written, [gradient]);
  }

  /**
   * Adds the products of some sources with slots from one number on.
   *
   * @param gradients at what the slots read, each "slot row·dModel"
   */
  private async add(
    programs: HeldPrograms,
    sources: SourceRange,
    firstSlot: number,
    written: Written,
    gradients: Reals[],
  ): Promise<void> {
    const stacked = zeros(
      this.executor.precision,
      gradients.reduce((sum, { length }) => sum + length, 0),
    );
    let at = 0;
    for (const gradient of gradients) {
      stacked.set(gradient, at);
      at += gradient.length;
    }
    await this.addTo(programs, this.sums, sources, firstSlot, written, stacked);
    for (const [p, sums] of this.byPosition.entries()) {
      await this.addTo(programs, sums, sources, firstSlot, written, this.atPosition(p, written, stacked));
    }
  }

  /** The gradients of the rows that stand at a position, zero elsewhere. */
  private atPosition(p: number, { group }: Written, gradients: Reals): Reals {
    const { dModel } = this.executor.model.config;
    const { rows } = group.packing;
    const chosen = zeros(this.executor.precision, gradients.length);
    for (let at = 0; at < gradients.length; at += dModel) {
      if (group.slots[(at / dModel) % rows].includes(p)) chosen.set(gradients.subarray(at, at + dModel), at);
    }
    return chosen;
  }

  private async addTo(
    programs: HeldPrograms,
    sums: Float64Array,
    { from, to }: SourceRange,
    firstSlot: number,
    { data, entries }: Written,
    gradients: Reals,
  ): Promise<void> {
    const slots = gradients.length / entries;
    const feeds = {
      written: reals([to - from, entries], data.subarray(from * entries, to * entries)),
      gradients: reals([slots, entries], gradients),
    };
    const build = () => productsGraph(this.executor);
    const { products } = await programs.of("edge-products", build, (program) => program.run(feeds));
    const width = this.topology.slots.length;
    (products.data as Reals).forEach((product, i) => {
      sums[(from + Math.floor(i / slots)) * width + firstSlot + (i % slots)] += product;
    });
  }

  /** Gradients at what each head's queries, keys and values read, through that head alone: "head row·dModel". */
  private async headInputs(
    programs: HeldPrograms,
    layer: number,
    run: ForwardRun,
    z: Reals,
  ): Promise<Record<HeadInput, Reals>> {
    const { executor } = this;
    const { precision } = executor;
    const { nHeads, dHead, dModel, nKeyValueHeads } = executor.model.config;
    const config = atLayer(executor.model.config, layer);
    const { packing, residPre } = run;
    const copies = this.perHead.get(packing) ?? packing.repeated(nHeads);
    this.perHead.set(packing, copies);
    const width = nHeads * dHead;
    const cotangent = zeros(precision, copies.rows * width);
    for (let head = 0; head < nHeads; head++) {
      for (let row = 0; row < packing.rows; row++) {
        const own = row * width + head * dHead;
        cotangent.set(z.subarray(own, own + dHead), head * packing.rows * width + own);
      }
    }
    const residual = reals([copies.rows, dModel], repeatRows(residPre[layer], nHeads));
    const none = reals([1, nKeyValueHeads * dHead], zeros(precision, nKeyValueHeads * dHead));
    const feeds = {
      ...executor.attentionFeeds(copies, config, "all", 1),
      residualQ: residual,
      residualK: residual,
      residualV: residual,
      // No index points at this row: every run starts at its first token.
      prefixK: none,
      prefixV: none,
      cotangent: reals([copies.rows, width], cotangent),
    };
    const build = () => headInputGradientGraph(config, executor.model.layer(layer), precision);
    const read = await programs.of(`${layer}/head-inputs`, build, (program) => program.run(feeds));
    const at = (input: HeadInput) => read[gradientName(`residual${input.toUpperCase()}`)].data as Reals;
    return { q: at("q"), k: at("k"), v: at("v") };
  }

  /** Over all rows, or over those of a position. */
  sumOf(edge: Edge, position?: number): number {
    const sums = position === undefined ? this.sums : this.byPosition[position];
    return sums[edgeIndex(this.topology, edge)];
  }
}

/** written "source entry", gradients "slot entry" → products "source slot" */
function productsGraph({ precision }: Executor): Graph {
  const graph = new Graph("edge-products");
  const written = graph.input("written", precision, ["sources", "entries"]);
  const gradients = graph.input("gradients", precision, ["slots", "entries"]);
  graph.output("products", matMul(written, transpose(gradients, [1, 0])));
  return graph;
}
