// Circuits of edges, run exactly: every input of every node reads the live output of the sources that it is connected to, and
// the ablated output of all others.
import type { Ablation } from "../activations/ablation.ts";
import type { Executor } from "../activations/executor.ts";
import { type Reals, reals, takeRows, zeros } from "../activations/packing.ts";
import { HEAD_INPUTS } from "../circuit/edge.ts";
import { LOGITS } from "../circuit/node.ts";
import { type EdgeTable, slotIndex, sourceIndex, type Topology, topologyOf } from "../circuit/topology.ts";
import { formatUnit, headUnit, mlpUnit } from "../circuit/unit.ts";
import { Graph } from "../onnx/graph.ts";
import { matMul } from "../onnx/ops.ts";
import { Program } from "../runtime/ort.ts";
import type { Example } from "../task/example.ts";
import { headOutputGraph } from "../transformer/backward.ts";
import { Changes, type Group, meansOf, prepareGroups } from "./gradient-runs.ts";
import { OneHead } from "./one-head.ts";
import { sourceOutputs } from "./source-outputs.ts";

/** What a node's ablation puts in place of its output, for one group of examples, "source row·dModel". */
interface Ablated {
  readonly group: Group;
  readonly outputs: Reals;
}

export class EdgeCircuits {
  private constructor(
    private readonly executor: Executor,
    readonly topology: Topology,
    private readonly heads: ReadonlyMap<string, OneHead>,
    private readonly written: readonly Program[],
    private readonly mix: Program,
    private readonly ablated: readonly Ablated[],
  ) {}

  /**
   * Holds the ablated output of every node on every example. The embedding's is the corrupt prompt's under every ablation:
   * zeros or means there would be no prompt at all.
   *
   * @throws EngineError as `prepareGroups`
   */
  static async over(executor: Executor, examples: readonly Example[], ablation: Ablation): Promise<EdgeCircuits> {
    const { model, precision, threads } = executor;
    const { config } = model;
    const topology = topologyOf(config);
    const layers = Array.from({ length: config.nLayers }, (_, layer) => layer);
    const heads = layers.flatMap((layer) => Array.from({ length: config.nHeads }, (_, head) => headUnit(layer, head)));
    const written: Program[] = [];
    for (const layer of layers) {
      written.push(await Program.compile(headOutputGraph(config, model.layer(layer), precision), { threads }));
    }
    const graph = new Graph("edge-mix");
    const cut = graph.input("cut", precision, ["slots", "sources"]);
    graph.output("mixed", matMul(cut, graph.input("changes", precision, ["sources", "entries"])));
    const mix = await Program.compile(graph, { threads });
    const circuits = new EdgeCircuits(executor, topology, OneHead.of(executor, heads), written, mix, []);
    const groups = prepareGroups(executor, examples);
    const means = await meansOf(executor, groups, ablation);
    const ablated: Ablated[] = [];
    for (const group of groups) {
      const changes = new Changes(executor, ablation, means);
      const at = (layer: number) => changes.ablatedAt(group, layer);
      ablated.push({ group, outputs: await sourceOutputs(executor, topology, group.corrupt, at) });
    }
    return new EdgeCircuits(executor, topology, circuits.heads, written, mix, ablated);
  }

  /**
   * The streams that the logits read at each prompt's last token under a circuit of edges, "example dModel", group by group.
   *
   * @param kept which edges are in it
   */
  async ends(kept: EdgeTable): Promise<readonly { readonly examples: readonly Example[]; readonly end: Reals }[]> {
    const ends = [];
    for (const ablated of this.ablated) {
      ends.push({ examples: ablated.group.examples, end: await this.end(kept, ablated) });
    }
    return ends;
  }

  async dispose(): Promise<void> {
    await this.mix.dispose();
    for (const program of this.written) await program.dispose();
    for (const head of this.heads.values()) await head.dispose();
  }

  /** The stream that the logits read at each prompt's last token, "example dModel". */
  private async end(kept: EdgeTable, { group, outputs }: Ablated): Promise<Reals> {
    const { executor, topology } = this;
    const { nLayers, dModel, parallelBlocks } = executor.model.config;
    const entries = group.clean.length;
    /** Ablated − live output of each source, filled as the pass goes on. */
    const changes = zeros(executor.precision, topology.sources.length * entries);
    const note = (source: number, live: Reals) => {
      const at = source * entries;
      for (let i = 0; i < live.length; i++) changes[at + i] = outputs[at + i] - live[i];
    };
    note(0, group.clean);
    let stream = group.clean;
    for (let layer = 0; layer < nLayers; layer++) {
      const z = await this.headZ(kept, group, layer, stream, changes);
      const first = sourceIndex(topology.sizes, headUnit(layer, 0));
      note(first, await this.headsWritten(layer, z, group.packing.rows));
      const { attnOut } = await executor.write(layer, stream, z, { wanted: ["attnOut"] });
      const middle = sum(stream, attnOut);
      const mlp = { target: mlpUnit(layer) };
      const [read] = await this.streams(kept, [mlp], parallelBlocks ? stream : middle, changes);
      const mlpOut = await this.mlpOf(layer, read);
      note(sourceIndex(topology.sizes, mlp.target), mlpOut);
      stream = sum(middle, mlpOut);
    }
    const [read] = await this.streams(kept, [{ target: LOGITS }], stream, changes);
    return takeRows(read, dModel, group.packing.endRows);
  }

  /** "row head·dHead", each head over queries, keys and values of its own. */
  private async headZ(kept: EdgeTable, group: Group, layer: number, stream: Reals, changes: Reals): Promise<Reals> {
    const { nHeads, dHead } = this.executor.model.config;
    const { packing } = group;
    const z = zeros(this.executor.precision, packing.rows * nHeads * dHead);
    for (let head = 0; head < nHeads; head++) {
      const target = headUnit(layer, head);
      const slots = HEAD_INPUTS.map((input) => ({ target, input }));
      const [q, k, v] = await this.streams(kept, slots, stream, changes);
      const own = (await this.heads.get(formatUnit(target))!.run(packing, { q, k, v }, { queries: "all" })).z;
      for (let row = 0; row < packing.rows; row++) {
        z.set(own.subarray(row * dHead, (row + 1) * dHead), (row * nHeads + head) * dHead);
      }
    }
    return z;
  }

  /** What slots read: the live stream with the ablated output of every source whose edge is cut. */
  private async streams(
    kept: EdgeTable,
    slots: readonly Parameters<typeof slotIndex>[1][],
    stream: Reals,
    changes: Reals,
  ): Promise<Reals[]> {
    const { topology } = this;
    const sources = topology.sources.length;
    const cut = zeros(this.executor.precision, slots.length * sources);
    slots.forEach((slot, s) => {
      const column = slotIndex(topology.sizes, slot);
      for (const source of topology.sourcesOf[column]) {
        if (kept[source * topology.slots.length + column] === 0) cut[s * sources + source] = 1;
      }
    });
    if (!cut.some((value) => value !== 0)) return slots.map(() => stream);
    const feeds = { cut: reals([slots.length, sources], cut), changes: reals([sources, stream.length], changes) };
    const mixed = (await this.mix.run(feeds)).mixed.data as Reals;
    return slots.map((_, s) => sum(stream, mixed.subarray(s * stream.length, (s + 1) * stream.length)));
  }

  /** The MLP's output where it reads this stream. */
  private async mlpOf(layer: number, read: Reals): Promise<Reals> {
    const { executor } = this;
    const { nHeads, dHead, dModel, parallelBlocks } = executor.model.config;
    const rows = read.length / dModel;
    const b_O = executor.model.layer(layer).b_O;
    const none = zeros(executor.precision, rows * nHeads * dHead);
    // In sequential blocks the MLP reads the stream behind attention, here its bias alone: taken off before, it cancels.
    const before = parallelBlocks || !b_O ? read : read.map((value, i) => value - b_O[i % dModel]);
    return (await executor.write(layer, before, none, { wanted: ["mlpOut"] })).mlpOut;
  }

  private async headsWritten(layer: number, z: Reals, rows: number): Promise<Reals> {
    const { nHeads, dHead } = this.executor.model.config;
    return (await this.written[layer].run({ z: reals([rows, nHeads * dHead], z) })).written.data as Reals;
  }
}

function sum(a: Reals, b: Reals): Reals {
  const result = a.slice();
  for (let i = 0; i < result.length; i++) result[i] += b[i];
  return result;
}
