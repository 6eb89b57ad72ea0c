// Circuits of edges, run exactly: every input of every node reads the live output of the sources that it is connected to, and
// the ablated output of all others.
//
// The fast path of the plan with a world for every input that an edge is cut from, see `path-patching.ts`.
//
// What a slot reads is the stream of ablated outputs plus, over its kept edges, live − ablated. So a node without a kept edge
// out of it is never computed, and small circuits cost little. Reuse is exact: a source's output depends on the edges into
// its layer and those before, so a run goes on from the first layer at which it differs from the run before it.
import type { Ablation } from "../activations/ablation.ts";
import type { Executor } from "../activations/executor.ts";
import { type Reals, reals, takeRows, zeros } from "../activations/packing.ts";
import { HEAD_INPUTS } from "../circuit/edge.ts";
import { LOGITS } from "../circuit/node.ts";
import { type EdgeTable, type Slot, slotIndex, sourceIndex, type Topology, topologyOf } from "../circuit/topology.ts";
import { formatUnit, type Head, headUnit, mlpUnit } from "../circuit/unit.ts";
import { Graph } from "../onnx/graph.ts";
import { add, gather, matMul } from "../onnx/ops.ts";
import { i64, Program } from "../runtime/ort.ts";
import type { Example } from "../task/example.ts";
import { headOutputGraph } from "../transformer/backward.ts";
import type { Precision } from "../transformer/precision.ts";
import { type AblatedStream, ablatedStream } from "./ablated-stream.ts";
import { ablatedOver, AblationDifferences, type Group, prepareGroups } from "./gradient-runs.ts";
import { OneHead } from "./one-head.ts";
import { runHeadOutput, sourceOutputs } from "./source-outputs.ts";

/** One group of examples, and the circuit that was run on it last. */
interface GroupState {
  readonly group: Group;
  /** What a node's ablation puts in place of its output, "source row·dModel". */
  readonly ablated: Reals;
  readonly stream: AblatedStream;
  /** Live − ablated output of each source of the last run, "source row·dModel"; meaningless for nodes that it left out. */
  readonly changes: Reals;
  last: EdgeTable | undefined;
}

/** The programs that a run of a circuit needs beside the model's own parts. */
interface Parts {
  readonly heads: ReadonlyMap<string, OneHead>;
  /** z → what each head writes, by layer. */
  readonly written: readonly Program[];
  readonly mix: Program;
}

export class EdgeCircuits {
  private constructor(
    private readonly executor: Executor,
    readonly topology: Topology,
    private readonly parts: Parts,
    private readonly states: readonly GroupState[],
  ) {}

  /**
   * Holds the ablated and the live output of every node, the embedding too, on every example: 8 bytes · sources · tokens · dModel.
   *
   * @throws EngineError as `prepareGroups`
   */
  static async over(executor: Executor, examples: readonly Example[], ablation: Ablation): Promise<EdgeCircuits> {
    const topology = topologyOf(executor.model.config);
    const groups = prepareGroups(executor, examples);
    const values = await ablatedOver(executor, groups, ablation);
    const parts = await compileParts(executor);
    const heads = (layer: number, z: Reals) => runHeadOutput(parts.written[layer], executor.model.config, z);
    const states: GroupState[] = [];
    for (const group of groups) {
      const changes = new AblationDifferences(executor, values);
      const at = (layer: number) => changes.ablatedAt(group, layer);
      const ablated = await sourceOutputs(executor, topology, await changes.ablatedInput(group), at, heads);
      const stream = ablatedStream(executor, topology, ablated, group.clean.length);
      states.push({ group, ablated, stream, changes: zeros(executor.precision, ablated.length), last: undefined });
    }
    return new EdgeCircuits(executor, topology, parts, states);
  }

  /**
   * The streams that the logits read at each prompt's last token under a circuit of edges, "example dModel", group by group.
   *
   * @param kept which edges are in it
   */
  async ends(kept: EdgeTable): Promise<readonly { readonly examples: readonly Example[]; readonly end: Reals }[]> {
    const ends = [];
    for (const state of this.states) ends.push({ examples: state.group.examples, end: await this.end(kept, state) });
    return ends;
  }

  /**
   * First layer that a run of `kept` must compute again after a run of `last`: that of the first input or output that differs.
   * The number of layers where only what the logits read does.
   */
  firstDifference(kept: EdgeTable, last: EdgeTable | undefined): number {
    if (!last) return 0;
    const { sources, slots, sizes } = this.topology;
    const layerOf = ({ target }: Slot) => (target.kind === "logits" ? sizes.nLayers : target.layer);
    let first = sizes.nLayers;
    for (const [row, source] of sources.entries()) {
      let [wasLive, isLive] = [false, false];
      for (let column = 0, at = row * slots.length; column < slots.length; column++, at++) {
        if (last[at]) wasLive = true;
        if (kept[at]) isLive = true;
        if (last[at] !== kept[at]) first = Math.min(first, layerOf(slots[column]));
      }
      if (isLive && !wasLive) first = Math.min(first, source.kind === "input" ? 0 : source.layer);
    }
    return first;
  }

  async dispose(): Promise<void> {
    const { heads, written, mix } = this.parts;
    await mix.dispose();
    for (const program of written) await program.dispose();
    for (const head of heads.values()) await head.dispose();
  }

  private async end(kept: EdgeTable, state: GroupState): Promise<Reals> {
    const { nLayers, dModel, parallelBlocks } = this.executor.model.config;
    const { stream, group } = state;
    const from = this.firstDifference(kept, state.last);
    // Until the run has come to its end, what is held is of no circuit.
    const before = state.last;
    state.last = undefined;
    if (!before) this.note(state, 0, group.clean);
    for (let layer = from; layer < nLayers; layer++) {
      await this.runHeads(kept, state, layer);
      await this.runMlp(kept, state, layer, parallelBlocks ? stream.before[layer] : stream.middle[layer]);
    }
    state.last = kept.slice();
    const [read] = await this.streams(kept, state, [{ target: LOGITS }], stream.end);
    return takeRows(read, dModel, group.packing.endRows);
  }

  /** Every head of a layer that an edge leaves, each over queries, keys and values of its own. */
  private async runHeads(kept: EdgeTable, state: GroupState, layer: number): Promise<void> {
    const { executor, topology, parts } = this;
    const { nHeads, dHead } = executor.model.config;
    const { packing } = state.group;
    const live = Array.from({ length: nHeads }, (_, head) => headUnit(layer, head)).filter((head) =>
      this.isLive(kept, sourceIndex(topology.sizes, head)),
    );
    if (live.length === 0) return;
    const slots = live.flatMap((target) => HEAD_INPUTS.map((input) => ({ target, input })));
    const read = await this.streams(kept, state, slots, state.stream.before[layer]);
    const z = zeros(executor.precision, packing.rows * nHeads * dHead);
    for (const [i, head] of live.entries()) {
      const [q, k, v] = read.slice(3 * i, 3 * i + 3);
      const own = (await parts.heads.get(formatUnit(head))!.run(packing, { q, k, v }, { queries: "all" })).z;
      placeHead(z, own, head, nHeads, dHead);
    }
    const written = await runHeadOutput(parts.written[layer], executor.model.config, z);
    const entries = state.group.clean.length;
    for (const head of live) {
      const own = written.subarray(head.head * entries, (head.head + 1) * entries);
      this.note(state, sourceIndex(topology.sizes, head), own);
    }
  }

  private async runMlp(kept: EdgeTable, state: GroupState, layer: number, ablated: Reals): Promise<void> {
    const target = mlpUnit(layer);
    const source = sourceIndex(this.topology.sizes, target);
    if (!this.isLive(kept, source)) return;
    const [read] = await this.streams(kept, state, [{ target }], ablated);
    this.note(state, source, await this.mlpOf(layer, read));
  }

  private isLive(kept: EdgeTable, source: number): boolean {
    const { length } = this.topology.slots;
    return kept.subarray(source * length, (source + 1) * length).includes(1);
  }

  private note({ changes, ablated }: GroupState, source: number, live: Reals): void {
    const at = source * live.length;
    for (let i = 0; i < live.length; i++) changes[at + i] = live[i] - ablated[at + i];
  }

  /** What slots read: the stream of ablated outputs, with the change of every source that they are connected to. */
  private async streams(kept: EdgeTable, state: GroupState, slots: readonly Slot[], ablated: Reals): Promise<Reals[]> {
    const { topology } = this;
    const columns = slots.map((slot) => slotIndex(topology.sizes, slot));
    const sources = topology.sourcesOf[columns[0]].filter((source) =>
      columns.some((column) => kept[source * topology.slots.length + column]),
    );
    if (sources.length === 0) return slots.map(() => ablated);
    const entries = ablated.length;
    const connected = zeros(this.executor.precision, slots.length * sources.length);
    columns.forEach((column, s) =>
      sources.forEach((source, i) => {
        connected[s * sources.length + i] = kept[source * topology.slots.length + column];
      }),
    );
    const feeds = {
      kept: reals([slots.length, sources.length], connected),
      changes: reals([topology.sources.length, entries], state.changes),
      sources: i64([sources.length], BigInt64Array.from(sources, BigInt)),
      ablated: reals([entries], ablated),
    };
    const read = (await this.parts.mix.run(feeds)).read.data as Reals;
    return slots.map((_, s) => read.subarray(s * entries, (s + 1) * entries));
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
}

async function compileParts(executor: Executor): Promise<Parts> {
  const { model, precision, threads } = executor;
  const { config } = model;
  const layers = Array.from({ length: config.nLayers }, (_, layer) => layer);
  const heads = layers.flatMap((layer) => Array.from({ length: config.nHeads }, (_, head) => headUnit(layer, head)));
  const written: Program[] = [];
  for (const layer of layers) {
    written.push(await Program.compile(headOutputGraph(config, model.layer(layer), precision), { threads }));
  }
  const mix = await Program.compile(mixGraph(precision), { threads });
  return { heads: OneHead.of(executor, heads), written, mix };
}

/** read = ablated + kept · changes[sources], "slot entry". */
function mixGraph(precision: Precision): Graph {
  const graph = new Graph("edge-mix");
  const changes = graph.input("changes", precision, ["allSources", "entries"]);
  const connected = gather(changes, graph.input("sources", "int64", ["sources"]), 0);
  const mixed = matMul(graph.input("kept", precision, ["slots", "sources"]), connected);
  graph.output("read", add(mixed, graph.input("ablated", precision, ["entries"])));
  return graph;
}

/** Puts one head's z, "row dHead", among those of its layer, "row head·dHead". */
function placeHead(z: Reals, own: Reals, { head }: Head, nHeads: number, dHead: number): void {
  for (let row = 0; row < own.length / dHead; row++) {
    z.set(own.subarray(row * dHead, (row + 1) * dHead), (row * nHeads + head) * dHead);
  }
}
