// Edge attribution: a first-order estimate of what cutting each single connection does to the metric, for all at once.
import type { Ablation } from "../activations/ablation.ts";
import type { Executor } from "../activations/executor.ts";
import { backward, type ForwardRun, type LayerGradients } from "../activations/gradients.ts";
import { attentionFeeds, type Reals, reals, repeatRows, zeros } from "../activations/packing.ts";
import { EngineError } from "../base/errors.ts";
import type { Edge, HeadInput } from "../circuit/edge.ts";
import { edgeIndex, slotIndex, sourceIndex, type Topology, topologyOf } from "../circuit/topology.ts";
import { headUnit, mlpUnit } from "../circuit/unit.ts";
import { LOGITS } from "../circuit/node.ts";
import type { MetricName } from "../metric/metric.ts";
import { Graph } from "../onnx/graph.ts";
import { matMul, transpose } from "../onnx/ops.ts";
import { Program } from "../runtime/ort.ts";
import type { Example } from "../task/example.ts";
import { gradientName, headInputGradientGraph, headOutputGraph } from "../transformer/backward.ts";
import { Changes, difference, forward, type Group, inBatches, meansOf, prepareGroups } from "./gradient-runs.ts";

export interface EdgeAttributionRequest {
  readonly metric: MetricName;
  readonly ablation: Ablation;
  /** Points of the path at which gradients are taken, 0 = corrupt, 1 = clean (default: the clean run alone). */
  readonly alphas?: readonly number[];
  readonly signal?: AbortSignal;
  /** Counts layers gone back through. */
  readonly onProgress?: (done: number, total: number) => void;
}

export interface EdgeScore extends Edge {
  /** Estimated change of the mean metric when what the source writes is ablated at this input alone; sign kept. */
  readonly score: number;
}

/**
 * score(u → v) = mean over examples of Σ over pos, dim (ablated − clean) of what u writes · ∂metric/∂(what v reads), the
 * gradient being that of v's own path (before its norm), averaged over the points of the path. Heads read by q, k and v
 * apart, also where key-value heads are shared. The scores of all edges out of a node add up to its attribution.
 *
 * @returns every edge of the model, in the order of `topologyOf`
 * @throws EngineError "usage" where there is no example; "cancelled"
 * @see Syed et al. 2023, arXiv:2310.10348 (EAP); Hanna et al. 2024, arXiv:2403.17806 (EAP-IG)
 */
export async function edgeAttribution(
  executor: Executor,
  examples: readonly Example[],
  request: EdgeAttributionRequest,
): Promise<EdgeScore[]> {
  if (examples.length === 0) throw new EngineError("usage", "There are no examples to score.");
  const { ablation, alphas = [1] } = request;
  const topology = topologyOf(executor.model.config);
  const groups = prepareGroups(executor, examples);
  const means = await meansOf(executor, groups, ablation);
  const scorer = await EdgeScorer.of(executor, topology);
  const jobs = groups.flatMap((group) => alphas.map((alpha) => ({ group, alpha })));
  let done = 0;
  try {
    // One group at a time: what every source writes to every row is held at once.
    for (const group of groups) {
      const changes = new Changes(executor, ablation, means);
      const written = await scorer.written(group, changes);
      for (const batch of inBatches(
        executor,
        jobs.filter((job) => job.group === group),
      )) {
        const runs: ForwardRun[] = [];
        for (const job of batch) runs.push(await forward(executor, group, job.alpha, changes, request.metric));
        for (const run of runs) await scorer.addLogits(written, run.cotangent);
        await backward(executor, runs, {
          visit: async (layer, r, gradients) => {
            if (request.signal?.aborted) throw new EngineError("cancelled", "Stopped on request.");
            await scorer.addLayer(layer, written, runs[r], gradients);
            request.onProgress?.(++done, jobs.length * executor.model.config.nLayers);
          },
        });
      }
    }
  } finally {
    await scorer.dispose();
  }
  return topology.edges.map((edge) => ({ ...edge, score: scorer.sumOf(edge) / (examples.length * alphas.length) }));
}

/** Ablated − clean of what each source writes to the stream, in the order of the topology: "source row·dModel". */
interface Written {
  readonly data: Reals;
  /** row·dModel */
  readonly entries: number;
}

/** Products of what sources write and what slots' gradients say, summed over rows into a table "source slot". */
class EdgeScorer {
  private readonly sums: Float64Array;

  private constructor(
    private readonly executor: Executor,
    private readonly topology: Topology,
    private readonly products: Program,
  ) {
    this.sums = new Float64Array(topology.sources.length * topology.slots.length);
  }

  static async of(executor: Executor, topology: Topology): Promise<EdgeScorer> {
    const graph = new Graph("edge-products");
    const written = graph.input("written", executor.precision, ["sources", "entries"]);
    const gradients = graph.input("gradients", executor.precision, ["slots", "entries"]);
    graph.output("products", matMul(written, transpose(gradients, [1, 0])));
    return new EdgeScorer(executor, topology, await Program.compile(graph, { threads: executor.threads }));
  }

  async written(group: Group, changes: Changes): Promise<Written> {
    const { executor, topology } = this;
    const { config } = executor.model;
    const entries = group.packing.rows * config.dModel;
    const data = zeros(executor.precision, topology.sources.length * entries);
    data.set(difference(group.corrupt, group.clean));
    for (let layer = 0; layer < config.nLayers; layer++) {
      const { z, mlpOut } = await changes.at(group, layer);
      const graph = headOutputGraph(config, executor.model.layer(layer), executor.precision);
      const heads = await once(executor, graph, { z: reals([group.packing.rows, config.nHeads * config.dHead], z) });
      data.set(heads.written, sourceIndex(topology.sizes, headUnit(layer, 0)) * entries);
      data.set(mlpOut, sourceIndex(topology.sizes, mlpUnit(layer)) * entries);
    }
    return { data, entries };
  }

  async addLayer(layer: number, written: Written, run: ForwardRun, gradients: LayerGradients): Promise<void> {
    const { sizes } = this.topology;
    const { q, k, v } = await this.headInputs(layer, run, gradients.z);
    const first = slotIndex(sizes, { target: headUnit(layer, 0), input: "q" });
    // Whatever comes before the layer's own MLP; pairs that are no edges are computed along and never read.
    await this.add(sourceIndex(sizes, mlpUnit(layer)), first, written, [q, k, v, gradients.mlpIn]);
  }

  addLogits(written: Written, gradient: Reals): Promise<void> {
    const { sizes, sources } = this.topology;
    return this.add(sources.length, slotIndex(sizes, { target: LOGITS }), written, [gradient]);
  }

  /**
   * Adds the products of the first sources with slots from one number on.
   *
   * @param gradients at what the slots read, each "slot row·dModel"
   */
  private async add(count: number, firstSlot: number, { data, entries }: Written, gradients: Reals[]): Promise<void> {
    const stacked = zeros(
      this.executor.precision,
      gradients.reduce((sum, { length }) => sum + length, 0),
    );
    let at = 0;
    for (const gradient of gradients) {
      stacked.set(gradient, at);
      at += gradient.length;
    }
    const slots = stacked.length / entries;
    const feeds = {
      written: reals([count, entries], data.subarray(0, count * entries)),
      gradients: reals([slots, entries], stacked),
    };
    const products = (await this.products.run(feeds)).products.data as Reals;
    const width = this.topology.slots.length;
    products.forEach((product, i) => {
      this.sums[Math.floor(i / slots) * width + firstSlot + (i % slots)] += product;
    });
  }

  /** Gradients at what each head's queries, keys and values read, through that head alone: "head row·dModel". */
  private async headInputs(layer: number, run: ForwardRun, z: Reals): Promise<Record<HeadInput, Reals>> {
    const { executor } = this;
    const { config } = executor.model;
    const { nHeads, dHead, dModel, nKeyValueHeads } = config;
    const { packing, residPre } = run;
    const copies = packing.repeated(nHeads);
    const width = nHeads * dHead;
    const cotangent = zeros(executor.precision, copies.rows * width);
    for (let head = 0; head < nHeads; head++) {
      for (let row = 0; row < packing.rows; row++) {
        const own = row * width + head * dHead;
        cotangent.set(z.subarray(own, own + dHead), head * packing.rows * width + own);
      }
    }
    const residual = reals([copies.rows, dModel], repeatRows(residPre[layer], nHeads));
    const none = reals([1, nKeyValueHeads * dHead], zeros(executor.precision, nKeyValueHeads * dHead));
    const graph = headInputGradientGraph(config, executor.model.layer(layer), executor.precision);
    const read = await once(executor, graph, {
      ...attentionFeeds(copies, config, "all", 1, executor.precision),
      residualQ: residual,
      residualK: residual,
      residualV: residual,
      // No index points at this row: every run starts at its first token.
      prefixK: none,
      prefixV: none,
      cotangent: reals([copies.rows, width], cotangent),
    });
    const at = (input: string) => read[gradientName(`residual${input}`)];
    return { q: at("Q"), k: at("K"), v: at("V") };
  }

  sumOf(edge: Edge): number {
    return this.sums[edgeIndex(this.topology, edge)];
  }

  dispose(): Promise<void> {
    return this.products.dispose();
  }
}

/** Compiles a graph for a single run: a layer's weights are not held beside the model's own. */
async function once(
  executor: Executor,
  graph: Graph,
  feeds: Parameters<Program["run"]>[0],
): Promise<Record<string, Reals>> {
  const program = await Program.compile(graph, { threads: executor.threads });
  try {
    const outputs = await program.run(feeds);
    return Object.fromEntries(Object.entries(outputs).map(([name, { data }]) => [name, data as Reals]));
  } finally {
    await program.dispose();
  }
}
