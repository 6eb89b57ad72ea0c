// All legal edges of a model between heads, MLPs, input and logits, with the row and column numbers of the EAP-IG score table.
import { assertInternal } from "../base/errors.ts";
import { HEAD_INPUTS, type Edge } from "./edge.ts";
import { INPUT, LOGITS, type Node } from "./node.ts";
import { headUnit, mlpUnit } from "./unit.ts";

export interface TopologySizes {
  readonly nLayers: number;
  readonly nHeads: number;
  /** Attention and MLP of a layer both read the residual stream before the layer, so heads do not feed the MLP of their layer. */
  readonly parallelBlocks: boolean;
}

/** What edges leave. */
export type Source = Exclude<Node, typeof LOGITS>;

/** A destination: one input of one node. */
export interface Slot extends Omit<Edge, "source"> {
  readonly target: Exclude<Node, typeof INPUT>;
}

export interface Topology {
  readonly sizes: TopologySizes;
  /** "src": input, then per layer its heads and its MLP; 1 + nLayers·(nHeads + 1). */
  readonly sources: readonly Source[];
  /** "dst": per layer all q, all k, all v, then the MLP; logits last; nLayers·(3·nHeads + 1) + 1. */
  readonly slots: readonly Slot[];
  /** Grouped by slot, sources in order. */
  readonly edges: readonly Edge[];
  /** By slot, the row numbers of the sources that feed it. */
  readonly sourcesOf: readonly (readonly number[])[];
}

/** Which edges are in a circuit, "source slot": 1 where it is; entries that are no edges mean nothing. */
export type EdgeTable = Uint8Array;

export function edgeTable(topology: Topology, edges: Iterable<Edge>): EdgeTable {
  const table = new Uint8Array(topology.sources.length * topology.slots.length);
  for (const edge of edges) table[edgeIndex(topology, edge)] = 1;
  return table;
}

/** Place of an edge in a table "source slot". */
export function edgeIndex({ sizes, slots }: Topology, { source, target, input }: Edge): number {
  assertInternal(source.kind !== "logits" && target.kind !== "input", "an edge out of the logits or into the input");
  return sourceIndex(sizes, source) * slots.length + slotIndex(sizes, input ? { target, input } : { target });
}

/** Same order of sources and slots as EAP-IG's tables (Hanna et al. 2024, arXiv:2403.17806); GPT-2 small: 157 sources, 445 slots, 32,491 edges. */
export function topologyOf(sizes: TopologySizes): Topology {
  const layers = Array.from({ length: sizes.nLayers }, (_, layer) => layer);
  const heads = Array.from({ length: sizes.nHeads }, (_, head) => head);
  const sources: Source[] = [INPUT, ...layers.flatMap((l) => [...heads.map((h) => headUnit(l, h)), mlpUnit(l)])];
  const slots: Slot[] = [
    ...layers.flatMap((l) => [
      ...HEAD_INPUTS.flatMap((input) => heads.map((h) => ({ target: headUnit(l, h), input }))),
      { target: mlpUnit(l) },
    ]),
    { target: LOGITS },
  ];
  const sourcesOf = slots.map(({ target }) =>
    [...sources.keys()].filter((source) => reaches(sources[source], target, sizes.parallelBlocks)),
  );
  const edges = slots.flatMap((slot, s) => sourcesOf[s].map((source) => ({ source: sources[source], ...slot })));
  return { sizes, sources, slots, edges, sourcesOf };
}

/** Whether what `source` writes reaches an input of `target`; a neuron writes and reads where its MLP does. */
export function reaches(source: Node, target: Node, parallelBlocks: boolean): boolean {
  if (source.kind === "logits" || target.kind === "input") return false;
  if (source.kind === "input" || target.kind === "logits") return true;
  if (source.layer !== target.layer) return source.layer < target.layer;
  return source.kind === "head" && target.kind !== "head" && !parallelBlocks;
}

/** Row of a source in the EAP-IG score table; a neuron has its MLP's. */
export function sourceIndex(sizes: TopologySizes, source: Source): number {
  if (source.kind === "input") return 0;
  return 1 + source.layer * (sizes.nHeads + 1) + (source.kind === "head" ? source.head : sizes.nHeads);
}

/** Column of a slot in the EAP-IG score table; a neuron has its MLP's. */
export function slotIndex(sizes: TopologySizes, slot: Slot): number {
  const { target } = slot;
  const perLayer = 3 * sizes.nHeads + 1;
  if (target.kind === "logits") return sizes.nLayers * perLayer;
  if (target.kind !== "head") return target.layer * perLayer + 3 * sizes.nHeads;
  assertInternal(slot.input !== undefined, `the slot of a${target.layer}.h${target.head} names no input`);
  return target.layer * perLayer + HEAD_INPUTS.indexOf(slot.input) * sizes.nHeads + target.head;
}

/**
 * Edges of a model, counted without being laid out: into q, k and v of each head from every node before its layer, into each MLP
 * also from the heads of its own layer where blocks are not parallel, and into the logits from all.
 */
export function edgeCount({ nLayers, nHeads, parallelBlocks }: TopologySizes): number {
  // Σ over layers of the nodes before each: 1 + layer · (nHeads + 1).
  const before = nLayers + ((nHeads + 1) * nLayers * (nLayers - 1)) / 2;
  const intoLogits = 1 + nLayers * (nHeads + 1);
  return (3 * nHeads + 1) * before + (parallelBlocks ? 0 : nLayers * nHeads) + intoLogits;
}
