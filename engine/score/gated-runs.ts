// Runs in which every unit has a gate between 0 (ablated) and 1 (live), and the slope of an error of theirs at every gate.
import type { Ablation } from "../activations/ablation.ts";
import type { Executor } from "../activations/executor.ts";
import { attentionFeeds, type Reals, reals, takeRows, zeros } from "../activations/packing.ts";
import { EngineError } from "../base/errors.ts";
import { mean } from "../evaluate/evaluator.ts";
import { MetricReader } from "../evaluate/metric-reader.ts";
import type { MetricName } from "../metric/metric.ts";
import { atLayer, type ModelConfig } from "../model/model.ts";
import { Program } from "../runtime/ort.ts";
import type { Example } from "../task/example.ts";
import { attentionGradientGraph, gatedWriteGradientGraph, gradientName } from "../transformer/backward.ts";
import { GATE_INPUTS, writeGraph } from "../transformer/write.ts";
import { endCotangent } from "./end-cotangent.ts";
import { ablatedOver, type Change, Changes, type Group, prepareGroups } from "./gradient-runs.ts";

/** One number for each unit: gates, or slopes at them. */
export interface Gates {
  /** "layer head" */
  readonly heads: Float64Array;
  /** "layer" */
  readonly mlps: Float64Array;
  /** "layer neuron" */
  readonly neurons: Float64Array;
}

export type GateSizes = Pick<ModelConfig, "nLayers" | "nHeads" | "dMlp">;

export const openGates = (sizes: GateSizes): Gates => allGates(sizes, 1);
export const closedGates = (sizes: GateSizes): Gates => allGates(sizes, 0);

function allGates({ nLayers, nHeads, dMlp }: GateSizes, value: number): Gates {
  const filled = (length: number) => new Float64Array(length).fill(value);
  return { heads: filled(nLayers * nHeads), mlps: filled(nLayers), neurons: filled(nLayers * dMlp) };
}

export interface GatedOutcome {
  /** Mean over examples of ((m − m of the model) / (m(M) − m(∅)))². */
  readonly error: number;
  /** ∂error/∂gate. */
  readonly slopes: Gates;
}

interface GatedGroup {
  readonly group: Group;
  /** What the ablation gives, by layer. */
  readonly ablated: readonly Change[];
}

interface LayerPrograms {
  readonly write: Program;
  readonly writeGradient: Program;
  readonly attentionGradient: Program;
}

/** What the way back through a layer needs of the way there. */
interface LayerRun {
  readonly residual: Reals;
  /** Live − ablated, and as mixed by the gates. */
  readonly difference: Reals;
  readonly mixed: Reals;
}

export class GatedRuns {
  /** Metric of the model itself by example, and m(M) − m(∅). */
  private target: Float64Array = new Float64Array(0);
  private scale = 1;

  private constructor(
    private readonly executor: Executor,
    private readonly metric: MetricName,
    private readonly groups: readonly GatedGroup[],
    private readonly layers: readonly LayerPrograms[],
    private readonly reader: MetricReader,
  ) {}

  /** @throws EngineError "usage" where there is no example */
  static async over(
    executor: Executor,
    examples: readonly Example[],
    metric: MetricName,
    ablation: Ablation,
  ): Promise<GatedRuns> {
    if (examples.length === 0) throw new EngineError("usage", "There are no examples to learn a mask on.");
    const { config } = executor.model;
    const groups = prepareGroups(executor, examples);
    const values = await ablatedOver(executor, groups, ablation);
    const gated: GatedGroup[] = [];
    for (const group of groups) {
      const changes = new Changes(executor, values);
      const ablated: Change[] = [];
      for (let layer = 0; layer < config.nLayers; layer++) ablated.push(await changes.ablatedAt(group, layer));
      gated.push({ group, ablated });
    }
    const layers: LayerPrograms[] = [];
    for (let layer = 0; layer < config.nLayers; layer++) layers.push(await layerPrograms(executor, layer));
    const runs = new GatedRuns(executor, metric, gated, layers, new MetricReader(executor, metric));
    runs.target = await runs.values(openGates(config));
    runs.scale = mean(runs.target) - mean(await runs.values(closedGates(config)));
    return runs;
  }

  /** Metric of every example under these gates. */
  async values(gates: Gates): Promise<Float64Array> {
    const values: number[] = [];
    for (const group of this.groups)
      values.push(...(await this.metricOf(group, (await this.forward(group, gates)).end)));
    return Float64Array.from(values);
  }

  async step(gates: Gates): Promise<GatedOutcome> {
    const slopes = closedGates(this.executor.model.config);
    const count = this.target.length;
    let error = 0;
    let first = 0;
    for (const group of this.groups) {
      const { end, layers } = await this.forward(group, gates);
      const values = await this.metricOf(group, end);
      const off = values.map((value, e) => (value - this.target[first + e]) / this.scale);
      error += off.reduce((sum, x) => sum + x * x, 0) / count;
      const weights = off.map((x) => (2 * x) / (this.scale * count));
      await this.backward(group, layers, await this.cotangent(group, end, weights), gates, slopes);
      first += values.length;
    }
    return { error, slopes };
  }

  async dispose(): Promise<void> {
    for (const programs of this.layers) for (const program of Object.values(programs)) await program.dispose();
  }

  private async forward({ group, ablated }: GatedGroup, gates: Gates): Promise<{ end: Reals; layers: LayerRun[] }> {
    const { executor } = this;
    const layers: LayerRun[] = [];
    let stream = group.clean;
    for (let layer = 0; layer < executor.model.config.nLayers; layer++) {
      const { z } = await executor.attention(layer, group.packing, stream, { queries: "all", wanted: ["z"] });
      const difference = z.slice();
      for (let i = 0; i < z.length; i++) difference[i] -= ablated[layer].z[i];
      const mixed = ablated[layer].z.slice();
      this.eachHead(layer, gates.heads, z.length, (gate, i) => (mixed[i] += gate * difference[i]));
      layers.push({ residual: stream, difference, mixed });
      const feeds = this.writeFeeds(layer, ablated[layer], gates, stream, mixed);
      stream = (await this.layers[layer].write.run(feeds, ["residPost"])).residPost.data as Reals;
    }
    return { end: stream, layers };
  }

  private async backward(
    { group, ablated }: GatedGroup,
    layers: readonly LayerRun[],
    atEnd: Reals,
    gates: Gates,
    slopes: Gates,
  ): Promise<void> {
    const { executor } = this;
    const { config } = executor.model;
    const { packing } = group;
    const stream = [packing.rows, config.dModel];
    const heads = [packing.rows, config.nHeads * config.dHead];
    const width = config.nKeyValueHeads * config.dHead;
    // No index points at this row: every run starts at its first token.
    const none = reals([1, width], zeros(executor.precision, width));
    let cotangent = atEnd;
    for (let layer = config.nLayers - 1; layer >= 0; layer--) {
      const { residual, difference, mixed } = layers[layer];
      const written = await this.layers[layer].writeGradient.run({
        ...this.writeFeeds(layer, ablated[layer], gates, residual, mixed),
        cotangent: reals(stream, cotangent),
      });
      const at = (name: string) => written[gradientName(name)].data as Reals;
      const toZ = at("z").slice();
      const width = config.nHeads;
      this.eachHead(layer, gates.heads, toZ.length, (gate, i, head) => {
        slopes.heads[layer * width + head] += toZ[i] * difference[i];
        toZ[i] *= gate;
      });
      slopes.mlps[layer] += at(GATE_INPUTS.mlpOut.gate)[0];
      at(GATE_INPUTS.hidden.gate).forEach((slope, n) => (slopes.neurons[layer * config.dMlp + n] += slope));
      const read = await this.layers[layer].attentionGradient.run({
        ...attentionFeeds(packing, atLayer(config, layer), "all", 1, executor.precision),
        residual: reals(stream, residual),
        prefixK: none,
        prefixV: none,
        cotangent: reals(heads, toZ),
        past: reals(stream, at("residual")),
      });
      cotangent = read[gradientName("residual")].data as Reals;
    }
  }

  /** Calls back for every entry of z with the gate and the number of its head. */
  private eachHead(
    layer: number,
    gates: Float64Array,
    length: number,
    visit: (gate: number, entry: number, head: number) => void,
  ): void {
    const { nHeads, dHead } = this.executor.model.config;
    for (let i = 0; i < length; i++) {
      const head = Math.floor(i / dHead) % nHeads;
      visit(gates[layer * nHeads + head], i, head);
    }
  }

  private writeFeeds(layer: number, ablated: Change, gates: Gates, residual: Reals, z: Reals) {
    const { config } = this.executor.model;
    const { dModel, dMlp, nHeads, dHead } = config;
    const rows = residual.length / dModel;
    const own = (values: ArrayLike<number>) => {
      const copy = zeros(this.executor.precision, values.length);
      copy.set(values);
      return copy;
    };
    return {
      residual: reals([rows, dModel], residual),
      z: reals([rows, nHeads * dHead], z),
      [GATE_INPUTS.hidden.gate]: reals([dMlp], own(gates.neurons.subarray(layer * dMlp, (layer + 1) * dMlp))),
      [GATE_INPUTS.hidden.ablated]: reals([rows, dMlp], ablated.hidden),
      [GATE_INPUTS.mlpOut.gate]: reals([1], own([gates.mlps[layer]])),
      [GATE_INPUTS.mlpOut.ablated]: reals([rows, dModel], ablated.mlpOut),
    };
  }

  private metricOf({ group }: GatedGroup, end: Reals): Promise<Float64Array> {
    const { dModel } = this.executor.model.config;
    return this.reader.values(takeRows(end, dModel, group.packing.endRows), group.examples);
  }

  /** Gradient at the stream behind the layers of the weighted sum of the examples' metrics. */
  private async cotangent({ group }: GatedGroup, end: Reals, weights: Float64Array): Promise<Reals> {
    const { dModel } = this.executor.model.config;
    const cotangent = await endCotangent(this.executor, this.metric, group.examples, group.packing, end);
    group.packing.endRows.forEach((row, e) => {
      for (let i = row * dModel; i < (row + 1) * dModel; i++) cotangent[i] *= weights[e];
    });
    return cotangent;
  }
}

async function layerPrograms(executor: Executor, layer: number): Promise<LayerPrograms> {
  const { model, precision, threads } = executor;
  const weights = model.layer(layer);
  const gated = writeGraph(model.config, weights, { mlp: "computed", gated: true, precision });
  return {
    write: await Program.compile(gated, { threads }),
    writeGradient: await Program.compile(gatedWriteGradientGraph(model.config, weights, precision), { threads }),
    attentionGradient: await Program.compile(attentionGradientGraph(atLayer(model.config, layer), weights, precision), {
      threads,
    }),
  };
}
