// Scores of heads, MLPs and neurons from gradients: what an ablation changes at each, times the slope of the metric
// there, over the points of a path from ablated to clean.
import type { Ablation } from "../activations/ablation.ts";
import type { Executor } from "../activations/executor.ts";
import { backward, type LayerGradients } from "../activations/gradients.ts";
import { HeldPrograms } from "../activations/held-programs.ts";
import type { Reals } from "../activations/packing.ts";
import { EngineError } from "../base/errors.ts";
import { say } from "../base/sentence.ts";
import { type Tensor, tensor } from "../base/tensor.ts";
import { formatUnit, type Unit } from "../circuit/unit.ts";
import type { MetricName } from "../metric/metric.ts";
import type { ModelConfig } from "../model/model.ts";
import type { Example } from "../task/example.ts";
import { ablatedOver, AblationDifferences, type Group, prepareGroups, type SiteValues } from "./gradient-runs.ts";
import {
  firstLayerOf,
  type IntegrationPath,
  layersGoneBack,
  type Part,
  partsOf,
  requireRuns,
  shareOf,
} from "./integration-path.ts";
import { inBatches, jobsOf, type PointRun, PointRuns } from "./point-runs.ts";
import type { Position } from "./positions.ts";

export interface ScoreRequest {
  readonly metric: MetricName;
  /** Also give the scores by position. */
  readonly positions?: readonly Position[];
  readonly signal?: AbortSignal;
  /** Counts layers gone back through. */
  readonly onProgress?: (done: number, total: number) => void;
}

/**
 * Estimated change of the mean metric when a unit is ablated, in metric units, sign kept: below zero means that the
 * ablation lowers the metric. Rank by magnitude.
 */
export interface GradientScores {
  readonly heads: Tensor<"layer head">;
  /** At mlpOut. */
  readonly mlps: Tensor<"layer">;
  /** At the hidden neurons; over a layer they add up to its MLP. */
  readonly neurons: Tensor<"layer neuron">;
  /** Of the embeddings. */
  readonly input: number;
  readonly byPosition?: {
    readonly positions: readonly Position[];
    readonly heads: Tensor<"layer head position">;
    readonly mlps: Tensor<"layer position">;
    readonly neurons: Tensor<"layer neuron position">;
    readonly input: Tensor<"position">;
  };
}

/** What the scores say of one head, MLP or neuron. */
export function scoreOf({ heads, mlps, neurons }: GradientScores, unit: Unit): number {
  switch (unit.kind) {
    case "head":
      return heads.data[unit.layer * heads.shape[1] + unit.head];
    case "mlp":
      return mlps.data[unit.layer];
    case "neuron":
      return neurons.data[unit.layer * neurons.shape[1] + unit.neuron];
    case "feature":
    case "error":
      throw new Error(`internal: gradients of the model alone do not score ${formatUnit(unit)}`);
    default:
      return unit satisfies never;
  }
}

/**
 * Σ over pos, dim of (ablated − clean) · mean over the path of ∂metric/∂activation, mean over examples. On a path through
 * the input the points are embeddings e(α) = ablated + α (clean − ablated); on paths through the parts, what the unit's own
 * part writes is ablated + α (clean − ablated), and everything before it is clean.
 *
 * On a path in steps (conductance): Σ_k Σ over pos, dim of (activation at α_{k−1} − activation at α_k) · ∂metric/∂activation at α_k,
 * α_0 = 0. Over all units that every way crosses the scores add up to m(corrupt) − m(clean) as the points become many.
 *
 * @throws EngineError "usage" where there is no example, and as `requireRuns`; "cancelled"
 */
export async function gradientScores(
  executor: Executor,
  examples: readonly Example[],
  ablation: Ablation,
  path: IntegrationPath,
  request: ScoreRequest,
): Promise<GradientScores> {
  if (examples.length === 0) throw new EngineError("usage", say`There are no examples to score.`);
  requireRuns(path, ablation);
  const { config } = executor.model;
  const groups = prepareGroups(executor, examples, request.positions);
  const ablated = await ablatedOver(executor, groups, ablation);
  const sums = new ScoreSums(config, request.positions ?? []);
  const parts = partsOf(path, config);
  const total = layersGoneBack(parts, config) * groups.length * path.alphas.length;
  let done = 0;
  const scored = async (part: Part, programs: HeldPrograms): Promise<void> => {
    const jobs = groups.flatMap((group) => jobsOf(path, group, part));
    const pointRuns = new PointRuns(executor, request.metric, ["z", "hidden", "mlpOut"]);
    for (const batch of inBatches(executor, jobs)) {
      const changes = new AblationDifferences(executor, ablated);
      const runs: PointRun<keyof SiteValues>[] = [];
      for (const job of batch) runs.push(await pointRuns.of(job, changes));
      const ends = await backward(executor, runs, {
        from: firstLayerOf(part),
        programs,
        visit: async (layer, r, gradients) => {
          if (request.signal?.aborted) throw new EngineError("cancelled", say`Stopped on request.`);
          const { slots } = batch[r].group;
          const scored = scoredAt(path, part, layer);
          if (scored.length > 0) sums.addLayer(layer, scored, await runs[r].change.at(layer), gradients, slots);
          request.onProgress?.(++done, total);
        },
      });
      if (part.kind !== "input") continue;
      for (const [r, { group }] of batch.entries()) {
        sums.addInput(await runs[r].change.input(), ends[r], group.slots);
      }
    }
  };
  await HeldPrograms.during(executor, async (programs) => {
    for (const part of parts) await scored(part, programs);
  });
  return sums.scores(shareOf(path) * examples.length);
}

/** Which parts of a layer the gradients of one part's path score. */
function scoredAt(
  { through }: Pick<IntegrationPath, "through">,
  part: Part,
  layer: number,
): readonly ("heads" | "mlp")[] {
  if (through === "input") return ["heads", "mlp"];
  return part.kind !== "input" && part.layer === layer ? [part.kind] : [];
}

/** Sums of change · gradient over rows, in float64: in all, and by position. */
class ScoreSums {
  private readonly heads: Total;
  private readonly mlps: Total;
  private readonly neurons: Total;
  private readonly input: Total;

  constructor(
    private readonly config: ModelConfig,
    private readonly positions: readonly Position[],
  ) {
    const { nLayers, nHeads, dMlp } = config;
    this.heads = new Total(nLayers * nHeads, positions.length);
    this.mlps = new Total(nLayers, positions.length);
    this.neurons = new Total(nLayers * dMlp, positions.length);
    this.input = new Total(1, positions.length);
  }

  addLayer(
    layer: number,
    parts: readonly ("heads" | "mlp")[],
    change: SiteValues,
    gradients: LayerGradients,
    slots: Group["slots"],
  ): void {
    const { nHeads, dHead, dModel, dMlp } = this.config;
    if (parts.includes("heads")) this.heads.add(layer * nHeads, nHeads, dHead, change.z, gradients.z, slots);
    if (!parts.includes("mlp")) return;
    this.mlps.add(layer, 1, dModel, change.mlpOut, gradients.residPost, slots);
    this.neurons.add(layer * dMlp, dMlp, 1, change.hidden, gradients.hidden, slots);
  }

  addInput(change: Reals, gradient: Reals, slots: Group["slots"]): void {
    this.input.add(0, 1, this.config.dModel, change, gradient, slots);
  }

  /** @param count what the sums are divided by */
  scores(count: number): GradientScores {
    const { nLayers, nHeads, dMlp } = this.config;
    const { positions } = this;
    const nPositions = positions.length;
    const scaled = (sums: Float64Array) => Float32Array.from(sums, (sum) => sum / count);
    return {
      heads: tensor("layer head", [nLayers, nHeads], scaled(this.heads.all)),
      mlps: tensor("layer", [nLayers], scaled(this.mlps.all)),
      neurons: tensor("layer neuron", [nLayers, dMlp], scaled(this.neurons.all)),
      input: this.input.all[0] / count,
      byPosition:
        nPositions === 0
          ? undefined
          : {
              positions,
              heads: tensor("layer head position", [nLayers, nHeads, nPositions], scaled(this.heads.byPosition)),
              mlps: tensor("layer position", [nLayers, nPositions], scaled(this.mlps.byPosition)),
              neurons: tensor("layer neuron position", [nLayers, dMlp, nPositions], scaled(this.neurons.byPosition)),
              input: tensor("position", [nPositions], scaled(this.input.byPosition)),
            },
    };
  }
}

class Total {
  readonly all: Float64Array;
  /** "unit position" */
  readonly byPosition: Float64Array;

  constructor(
    units: number,
    private readonly nPositions: number,
  ) {
    this.all = new Float64Array(units);
    this.byPosition = new Float64Array(units * nPositions);
  }

  /** Adds the products of `units` units of `width` entries each, from number `first` on; "row unit·width". */
  add(first: number, units: number, width: number, change: Reals, gradient: Reals, slots: Group["slots"]): void {
    slots.forEach((positions, row) => {
      for (let unit = 0; unit < units; unit++) {
        let sum = 0;
        const start = (row * units + unit) * width;
        for (let i = start; i < start + width; i++) sum += change[i] * gradient[i];
        this.all[first + unit] += sum;
        for (const p of positions) this.byPosition[(first + unit) * this.nPositions + p] += sum;
      }
    });
  }
}
