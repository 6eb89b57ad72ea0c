// Runs in which every unit has a gate between 0 (ablated) and 1 (live), and the way back through them: to the gates, or to
// what stands in the place of the ablated units.
//
// The fast path of the plan that mixes every head at z, neuron at hidden and MLP at mlpOut with what its ablation gives, and of
// the slopes along its gates.
import type { Executor } from "../activations/executor.ts";
import { HeldPrograms } from "../activations/held-programs.ts";
import { type Reals, reals, zeros } from "../activations/packing.ts";
import type { Unit } from "../circuit/unit.ts";
import { atLayer, type ModelConfig } from "../model/model.ts";
import type { Graph } from "../onnx/graph.ts";
import type { Feed } from "../runtime/ort.ts";
import { attentionGradientGraph, gatedWriteGradientGraph, gradientName } from "../transformer/backward.ts";
import { GATE_INPUTS, writeGraph } from "../transformer/write.ts";
import type { SiteValues, Group } from "./gradient-runs.ts";

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

/** Where the gate of a unit stands. */
export function gatePlace({ nHeads, dMlp }: GateSizes, unit: Unit): readonly [keyof Gates, number] {
  switch (unit.kind) {
    case "head":
      return ["heads", unit.layer * nHeads + unit.head];
    case "mlp":
      return ["mlps", unit.layer];
    case "neuron":
      return ["neurons", unit.layer * dMlp + unit.neuron];
    case "feature":
    case "error":
      throw new Error(`internal: ${unit.kind}s of dictionaries have no gates`);
    default:
      return unit satisfies never;
  }
}

/** Those of the layer's hidden neurons, "neuron". */
const neuronGates = ({ dMlp }: GateSizes, { neurons }: Gates, layer: number) =>
  neurons.subarray(layer * dMlp, (layer + 1) * dMlp);

/** What is run: a group of whole prompts, and what the ablation gives, by layer. */
export interface GatedInput {
  readonly group: Group;
  readonly ablated: readonly SiteValues[];
  readonly gates: Gates;
  /** The stream before the first layer (default: the clean prompts, embedded). */
  readonly stream?: Reals;
}

/** What the way back through a layer needs of the way there. */
interface LayerRun {
  readonly residual: Reals;
  /** Live − ablated, and as mixed by the gates. */
  readonly difference: Reals;
  readonly mixed: Reals;
  /** Live, before the gate, "row dModel". */
  readonly mlpOut: Reals;
}

export interface GatedRun {
  readonly input: GatedInput;
  readonly layers: readonly LayerRun[];
  /** After the last layer, "row dModel". */
  readonly end: Reals;
}

/** Slopes at one layer. */
export interface LayerSlopes {
  readonly layer: number;
  /** At z as it goes on, "row head·dHead". */
  readonly z: Reals;
  /** Live − ablated z, which is how the mixed z moves with the gates. */
  readonly difference: Reals;
  /** At the gates ("neuron", "1"), or at the ablated values ("row dMlp", "row dModel"), as the pass was made for. */
  readonly hidden: Reals;
  readonly mlpOut: Reals;
  /** At the stream behind the layer, "row dModel". */
  readonly residPost: Reals;
}

type Part = "write" | "writeGradient" | "attentionGradient";

export class GatedPass {
  private readonly programs: HeldPrograms;

  /**
   * @param slopesAt where at the neurons and MLPs `backward` ends
   * @param bytes of programs that are held from one use to the next (default: all, for many passes)
   */
  constructor(
    private readonly executor: Executor,
    private readonly slopesAt: "gate" | "ablated",
    bytes = Infinity,
  ) {
    this.programs = HeldPrograms.open(executor, bytes);
  }

  async forward(input: GatedInput): Promise<GatedRun> {
    const { executor } = this;
    const { group, ablated, gates } = input;
    const layers: LayerRun[] = [];
    let stream = input.stream ?? group.clean;
    for (let layer = 0; layer < executor.model.config.nLayers; layer++) {
      const { z } = await executor.attention(layer, group.packing, stream, { queries: "all", wanted: ["z"] });
      const difference = z.slice();
      for (let i = 0; i < z.length; i++) difference[i] -= ablated[layer].z[i];
      const mixed = ablated[layer].z.slice();
      this.eachHead(layer, gates.heads, z.length, (gate, i) => (mixed[i] += gate * difference[i]));
      const { mlpOut, residPost } = await this.write(layer, ablated[layer], gates, stream, mixed);
      layers.push({ residual: stream, difference, mixed, mlpOut });
      stream = residPost;
    }
    return { input, layers, end: stream };
  }

  /** Where no neuron of the layer is gated, by the program that the executor holds anyway. */
  private async write(layer: number, ablated: SiteValues, gates: Gates, stream: Reals, z: Reals) {
    const { executor } = this;
    if (!neuronGates(executor.model.config, gates, layer).every((gate) => gate === 1)) {
      const feeds = this.writeFeeds(layer, ablated, gates, stream, z);
      const written = await this.run(layer, "write", feeds, ["residPost", "mlpOut"]);
      return { mlpOut: written.mlpOut.data as Reals, residPost: written.residPost.data as Reals };
    }
    const gate = gates.mlps[layer];
    const { mlpOut, residPost } = await executor.write(layer, stream, z, { wanted: ["mlpOut", "residPost"] });
    if (gate !== 1) mlpOut.forEach((live, i) => (residPost[i] += (1 - gate) * (ablated.mlpOut[i] - live)));
    return { mlpOut, residPost };
  }

  /**
   * @param atEnd gradient at the stream after the last layer, "row dModel"
   * @param visit called for every layer, the last one first
   * @returns the gradient at the stream before the first layer, "row dModel"
   */
  async backward(run: GatedRun, atEnd: Reals, visit: (slopes: LayerSlopes) => void): Promise<Reals> {
    const { executor } = this;
    const { config } = executor.model;
    const { group, ablated, gates } = run.input;
    const { packing } = group;
    const stream = [packing.rows, config.dModel];
    const heads = [packing.rows, config.nHeads * config.dHead];
    const width = config.nKeyValueHeads * config.dHead;
    // No index points at this row: every run starts at its first token.
    const none = reals([1, width], zeros(executor.precision, width));
    let cotangent = atEnd;
    for (let layer = config.nLayers - 1; layer >= 0; layer--) {
      const { residual, difference, mixed } = run.layers[layer];
      const written = await this.run(layer, "writeGradient", {
        ...this.writeFeeds(layer, ablated[layer], gates, residual, mixed),
        cotangent: reals(stream, cotangent),
      });
      const at = (name: string) => written[gradientName(name)].data as Reals;
      const slopesOf = (site: keyof typeof GATE_INPUTS) => at(GATE_INPUTS[site][this.slopesAt]);
      const toZ = at("z").slice();
      const toWrite = { hidden: slopesOf("hidden"), mlpOut: slopesOf("mlpOut"), residPost: cotangent };
      visit({ layer, z: toZ, difference, ...toWrite });
      this.eachHead(layer, gates.heads, toZ.length, (gate, i) => (toZ[i] *= gate));
      const read = await this.run(layer, "attentionGradient", {
        ...executor.attentionFeeds(packing, atLayer(config, layer), "all", 1),
        residual: reals(stream, residual),
        prefixK: none,
        prefixV: none,
        cotangent: reals(heads, toZ),
        past: reals(stream, at("residual")),
      });
      cotangent = read[gradientName("residual")].data as Reals;
    }
    return cotangent;
  }

  /** Calls back for every entry of z, "row head·dHead", with the gate and the number of its head. */
  eachHead(
    layer: number,
    gates: Float64Array,
    length: number,
    visit: (gate: number, entry: number, head: number) => void,
  ): void {
    const { nHeads, dHead } = this.executor.model.config;
    for (let start = 0, head = 0; start < length; start += dHead, head = (head + 1) % nHeads) {
      const gate = gates[layer * nHeads + head];
      for (let i = start; i < start + dHead; i++) visit(gate, i, head);
    }
  }

  dispose(): Promise<void> {
    return this.programs.dispose();
  }

  private run(layer: number, part: Part, feeds: Readonly<Record<string, Feed>>, wanted?: readonly string[]) {
    const build = () => this.graph(layer, part);
    return this.programs.of(`${part}/${layer}`, build, (program) => program.run(feeds, wanted));
  }

  private graph(layer: number, part: Part): Graph {
    const { model, precision } = this.executor;
    const { config } = model;
    const weights = model.layer(layer);
    switch (part) {
      case "write":
        return writeGraph(config, weights, { mlp: "computed", gated: true, precision });
      case "writeGradient":
        return gatedWriteGradientGraph(config, weights, precision, this.slopesAt);
      case "attentionGradient":
        return attentionGradientGraph(atLayer(config, layer), weights, precision);
      default:
        return part satisfies never;
    }
  }

  private writeFeeds(layer: number, ablated: SiteValues, gates: Gates, residual: Reals, z: Reals) {
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
      [GATE_INPUTS.hidden.gate]: reals([dMlp], own(neuronGates(config, gates, layer))),
      [GATE_INPUTS.hidden.ablated]: reals([rows, dMlp], ablated.hidden),
      [GATE_INPUTS.mlpOut.gate]: reals([1], own([gates.mlps[layer]])),
      [GATE_INPUTS.mlpOut.ablated]: reals([rows, dModel], ablated.mlpOut),
    };
  }
}
