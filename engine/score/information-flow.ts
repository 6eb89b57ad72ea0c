// Information-flow routes: how much of what an input reads each source wrote, from clean runs alone.
import { capture } from "../activations/capture.ts";
import type { Executor } from "../activations/executor.ts";
import { HeldPrograms } from "../activations/held-programs.ts";
import type { Reals } from "../activations/packing.ts";
import { assertInternal, EngineError } from "../base/errors.ts";
import { say } from "../base/sentence.ts";
import type { Edge } from "../circuit/edge.ts";
import { LOGITS, type Node } from "../circuit/node.ts";
import { sourceIndex, slotIndex, type Topology, topologyOf } from "../circuit/topology.ts";
import { headUnit, mlpUnit } from "../circuit/unit.ts";
import type { Example } from "../task/example.ts";
import type { EdgeScore } from "./edge-attribution.ts";
import { type Group, prepareGroups } from "./gradient-runs.ts";
import { sourceOutputs, writtenByHeads } from "./source-outputs.ts";

export interface InformationFlowRequest {
  /** Of one who asks for several examples one after another; made anew otherwise. */
  readonly programs?: HeldPrograms;
  readonly signal?: AbortSignal;
  /** Counts layers, over all groups of examples. */
  readonly onProgress?: (done: number, total: number) => void;
}

/**
 * share(u → v) = mean over examples, then over positions, of p(u, x) / Σ_u′ p(u′, x), where x is the stream that v reads,
 * p(u, x) = max(0, ‖x‖₁ − ‖x − what u writes‖₁), and u′ runs over all sources of v. It knows neither the corrupt prompt nor the answer;
 * the three inputs of every head of a layer read the same stream and get the same shares.
 *
 * @returns every edge of the model with −share as its score, so that what carries most comes first in every order
 * @throws EngineError "usage" where there is no example; "cancelled"
 * @see Ferrando and Voita 2024, arXiv:2403.00824; EAP-IG's code, whose mean over positions this is
 */
export async function informationFlow(
  executor: Executor,
  examples: readonly Example[],
  request: InformationFlowRequest = {},
): Promise<EdgeScore[]> {
  if (examples.length === 0) throw new EngineError("usage", say`There are no examples to score.`);
  const { config } = executor.model;
  const topology = topologyOf(config);
  const flow = new Flow(topology, config.dModel);
  const groups = prepareGroups(executor, examples);
  let done = 0;
  const addGroup = async (group: Group, programs: HeldPrograms): Promise<void> => {
    const weights = rowWeights(group.examples);
    const run = await cleanRun(executor, group, topology, programs);
    for (let layer = 0; layer < config.nLayers; layer++) {
      if (request.signal?.aborted) throw new EngineError("cancelled", say`Stopped on request.`);
      flow.add(run.outputs, headUnit(layer, 0), run.residPre[layer], weights);
      flow.add(run.outputs, mlpUnit(layer), run[config.parallelBlocks ? "residPre" : "residMid"][layer], weights);
      request.onProgress?.(++done, groups.length * config.nLayers);
    }
    flow.add(run.outputs, LOGITS, run.residual, weights);
  };
  const addAll = async (programs: HeldPrograms): Promise<void> => {
    for (const group of groups) await addGroup(group, programs);
  };
  await HeldPrograms.lent(request.programs, executor, addAll);
  return topology.edges.map((edge) => ({
    ...edge,
    score: 0 - flow.shareOf(edge) / examples.length,
  }));
}

/** The streams that nodes read in the clean run, and what its sources write, "source row·dModel". */
async function cleanRun(executor: Executor, { packing, clean }: Group, topology: Topology, programs: HeldPrograms) {
  const sites = ["residPre", "residMid", "z", "mlpOut"] as const;
  const { residual, at } = await capture(executor, packing, clean, { sites });
  const ofLayer = (layer: number) => Promise.resolve({ z: at.z![layer], mlpOut: at.mlpOut![layer] });
  const outputs = await sourceOutputs(executor, topology, clean, ofLayer, writtenByHeads(executor, programs));
  return { outputs, residual, residPre: at.residPre!, residMid: at.residMid! };
}

/** 1 / length of its prompt, by row: every prompt counts alike. */
function rowWeights(examples: readonly Example[]): Float64Array {
  return Float64Array.from(examples.flatMap(({ clean }) => clean.ids.map(() => 1 / clean.ids.length)));
}

type Reader = Parameters<typeof slotIndex>[1]["target"];

/** Sums of shares over rows, by reader (heads of a layer as one) and source. */
class Flow {
  private readonly shares = new Map<string, Float64Array>();

  constructor(
    private readonly topology: Topology,
    private readonly dModel: number,
  ) {}

  add(outputs: Reals, target: Reader, stream: Reals, weights: Float64Array): void {
    const sums = this.sumsOf(target);
    const sources = this.sourcesOf(target);
    const proximities = new Float64Array(sources.length);
    weights.forEach((weight, row) => {
      const from = row * this.dModel;
      let size = 0;
      for (let i = from; i < from + this.dModel; i++) size += Math.abs(stream[i]);
      let total = 0;
      sources.forEach((source, s) => {
        const start = source * stream.length;
        let distance = 0;
        for (let i = from; i < from + this.dModel; i++) distance += Math.abs(stream[i] - outputs[start + i]);
        proximities[s] = Math.max(0, size - distance);
        total += proximities[s];
      });
      if (total > 0) sources.forEach((source, s) => (sums[source] += (weight * proximities[s]) / total));
    });
  }

  shareOf({ source, target }: Edge): number {
    assertInternal(source.kind !== "logits", "an edge out of the logits");
    return this.sumsOf(target)[sourceIndex(this.topology.sizes, source)];
  }

  private sourcesOf(target: Reader): readonly number[] {
    const slot = target.kind === "head" ? ({ target, input: "q" } as const) : { target };
    return this.topology.sourcesOf[slotIndex(this.topology.sizes, slot)];
  }

  private sumsOf(target: Node): Float64Array {
    const key =
      target.kind === "head" ? `heads of ${target.layer}` : target.kind === "mlp" ? `m${target.layer}` : target.kind;
    const sums = this.shares.get(key) ?? new Float64Array(this.topology.sources.length);
    this.shares.set(key, sums);
    return sums;
  }
}
