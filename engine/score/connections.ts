// The connections of a circuit: what each edge among its nodes carries, measured exactly, one edge at a time.
import type { Ablation } from "../activations/ablation.ts";
import type { Executor } from "../activations/executor.ts";
import type { Reals } from "../activations/packing.ts";
import { EngineError } from "../base/errors.ts";
import { say } from "../base/sentence.ts";
import { groupBy } from "../base/group.ts";
import { compareEdges, formatEdge, HEAD_INPUTS, type HeadInput } from "../circuit/edge.ts";
import { formatNode, INPUT, LOGITS } from "../circuit/node.ts";
import { reaches, type Slot } from "../circuit/topology.ts";
import type { Head } from "../circuit/unit.ts";
import type { UnitSet } from "../circuit/unit-set.ts";
import { MetricReader } from "../evaluate/metric-reader.ts";
import type { MetricName } from "../metric/metric.ts";
import type { Example } from "../task/example.ts";
import { edgeAttribution } from "./edge-attribution.ts";
import { OneHead } from "./one-head.ts";
import { liveUnits, pathPatchers, type PathPatcher, type Sender } from "./path-patching.ts";

export interface ConnectionOptions {
  readonly metric: MetricName;
  readonly ablation: Ablation;
  /**
   * Measure at most so many edges (default: all): those with the fewest MLPs at their ends that no search could remove first, of
   * equals those of the largest estimate by edge attribution.
   */
  readonly maxEdges?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
  /** false: every position is computed (to test that the shared prefix changes nothing). */
  readonly sharePrefix?: boolean;
}

export interface Connection {
  readonly source: string;
  readonly target: string;
  /** Of heads. */
  readonly input?: HeadInput;
  /** m(source's contribution to this input ablated) − m(circuit), mean over the examples; negative: the edge helps. */
  readonly weight: number;
}

export interface Connections {
  /** In the order of the data flow. */
  readonly edges: readonly Connection[];
  /** How many edges there are among the circuit's nodes; more than `edges` where the budget did not reach. */
  readonly legal: number;
}

interface SendingEdge extends Slot {
  readonly source: Sender;
}

/**
 * Weight of every edge among input, kept heads, live MLPs and logits: the effect on the metric of replacing what the
 * source writes by its ablated value at this one input of the target, with everything else as in the circuit.
 *
 * @throws EngineError "cancelled"
 */
export async function measureConnections(
  executor: Executor,
  examples: readonly Example[],
  kept: UnitSet,
  options: ConnectionOptions,
): Promise<Connections> {
  const legal = legalEdges(kept, executor.model.config.parallelBlocks);
  const edges = await withinBudget(executor, examples, legal, kept, options);
  const sums = new Float64Array(edges.length);
  const reader = new MetricReader(executor, options.metric);
  const units = liveUnits(kept);
  const heads = OneHead.of(
    executor,
    units.filter((unit): unit is Head => unit.kind === "head"),
  );
  let done = 0;
  try {
    const patchers = pathPatchers(executor, examples, options.ablation, kept, heads, options);
    for await (const patcher of patchers) {
      const share = patcher.chunk.examples.length / examples.length;
      const base = await reader.values(patcher.end, patcher.chunk.examples);
      for (const group of stacks(edges, patcher)) {
        if (options.signal?.aborted) throw new EngineError("cancelled", say`Stopped on request.`);
        const senders = group.map((index) => [edges[index].source]);
        const ends = await patcher.patched([slotOf(edges[group[0]])], senders);
        await addDifferences(reader, ends, patcher.chunk.examples, base, (i, sum) => (sums[group[i]] += sum));
        done += group.length * share;
        options.onProgress?.(Math.round(done), edges.length);
      }
    }
  } finally {
    for (const head of heads.values()) await head.dispose();
  }
  return { edges: edges.map((edge, i) => connection(edge, sums[i] / examples.length)), legal: legal.length };
}

/** All edges among a circuit's nodes, in the order of the data flow. */
function legalEdges(kept: UnitSet, parallelBlocks: boolean): SendingEdge[] {
  const units = liveUnits(kept);
  const slots: Slot[] = [
    ...units.flatMap((target): Slot[] =>
      target.kind === "head" ? HEAD_INPUTS.map((input) => ({ target, input })) : [{ target }],
    ),
    { target: LOGITS },
  ];
  const sources: Sender[] = [INPUT, ...units];
  return slots
    .flatMap((slot) =>
      sources
        .filter((source) => reaches(source, slot.target, parallelBlocks))
        .map((source): SendingEdge => ({ source, ...slot })),
    )
    .sort(compareEdges);
}

/** As many edges as the budget holds, in their own order; the estimates only choose which ones are measured. */
async function withinBudget(
  executor: Executor,
  examples: readonly Example[],
  edges: readonly SendingEdge[],
  kept: UnitSet,
  { maxEdges = edges.length, metric, ablation, signal }: ConnectionOptions,
): Promise<readonly SendingEdge[]> {
  if (edges.length <= maxEdges) return edges;
  const scores = await edgeAttribution(executor, examples, { metric, ablation, signal });
  const estimates = new Map(scores.map((edge) => [formatEdge(edge), Math.abs(edge.score)]));
  const searched = kept.space.kinds.includes("mlp") || kept.space.kinds.includes("neuron");
  const bystanders = ({ source, target }: SendingEdge) =>
    searched ? 0 : Number(source.kind === "mlp") + Number(target.kind === "mlp");
  const estimate = ({ source, target, input }: SendingEdge) =>
    estimates.get(formatEdge({ source, target, input })) ?? 0;
  return [...edges]
    .sort((a, b) => bystanders(a) - bystanders(b) || estimate(b) - estimate(a) || compareEdges(a, b))
    .slice(0, maxEdges)
    .sort(compareEdges);
}

/** Indices of edges that go through the model together: one input, as many senders as a pass holds. */
function* stacks(edges: readonly SendingEdge[], patcher: PathPatcher): Generator<number[]> {
  const bySlot = groupBy(edges.keys(), (index) => `${formatNode(edges[index].target)}/${edges[index].input ?? ""}`);
  for (const indices of bySlot.values()) {
    for (let at = 0; at < indices.length; at += patcher.stack) yield indices.slice(at, at + patcher.stack);
  }
}

const slotOf = ({ target, input }: SendingEdge): Slot => (input ? { target, input } : { target });

/** Gives each candidate's summed difference from the circuit to `add`. */
async function addDifferences(
  reader: MetricReader,
  ends: Reals,
  examples: readonly Example[],
  base: Float64Array,
  add: (candidate: number, sum: number) => void,
): Promise<void> {
  const values = await reader.values(ends, examples);
  values.forEach((value, row) => add(Math.floor(row / examples.length), value - base[row % examples.length]));
}

function connection(edge: SendingEdge, weight: number): Connection {
  const ends = { source: formatNode(edge.source), target: formatNode(edge.target) };
  return edge.input ? { ...ends, input: edge.input, weight } : { ...ends, weight };
}
