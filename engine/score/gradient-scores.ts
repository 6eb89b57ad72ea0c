// Scores of heads, MLPs and neurons from gradients: what an ablation changes at each, times the slope of the metric
// there, averaged over the points of a path from the corrupt to the clean embeddings.
import { type Ablation, ReferenceMeans } from "../activations/ablation.ts";
import { capture } from "../activations/capture.ts";
import { groupExamples, rowBudget } from "../activations/chunk.ts";
import type { Executor } from "../activations/executor.ts";
import { backward, type ForwardRun, type LayerGradients } from "../activations/gradients.ts";
import { Packing, type Reals, zeros } from "../activations/packing.ts";
import { EngineError } from "../base/errors.ts";
import { type Tensor, tensor } from "../base/tensor.ts";
import type { MetricName } from "../metric/metric.ts";
import type { ModelConfig } from "../model/model.ts";
import type { Example } from "../task/example.ts";
import { endCotangent } from "./end-cotangent.ts";
import { type Position, positionSlots } from "./positions.ts";

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
  /** Of the embeddings, always against the corrupt prompt's. */
  readonly input: number;
  readonly byPosition?: {
    readonly positions: readonly Position[];
    readonly heads: Tensor<"layer head position">;
    readonly mlps: Tensor<"layer position">;
    readonly neurons: Tensor<"layer neuron position">;
    readonly input: Tensor<"position">;
  };
}

/**
 * Σ over pos, dim of (ablated − clean) · mean over the path of ∂metric/∂activation, mean over examples. The path's
 * points are embeddings e(α) = corrupt + α (clean − corrupt).
 *
 * @param alphas the points of the path
 */
export async function gradientScores(
  executor: Executor,
  examples: readonly Example[],
  ablation: Ablation,
  alphas: readonly number[],
  request: ScoreRequest,
): Promise<GradientScores> {
  if (examples.length === 0) throw new EngineError("usage", "There are no examples to score.");
  const { config } = executor.model;
  const groups = groupExamples(examples, rowBudget(config)).map((group) => prepareGroup(executor, group, request));
  const means =
    ablation.kind === "mean"
      ? await ReferenceMeans.over(
          executor,
          groups.map((group) => group.examples),
          ablation,
          ["z", "hidden", "mlpOut"],
        )
      : undefined;
  const sums = new ScoreSums(config, request.positions ?? []);
  const jobs = groups.flatMap((group) => alphas.map((alpha) => ({ group, alpha })));
  const batches = inBatches(executor, jobs);
  let done = 0;
  for (const batch of batches) {
    const changes = new Changes(executor, ablation, means);
    const runs: ForwardRun[] = [];
    for (const { group, alpha } of batch) runs.push(await forward(executor, group, alpha, changes, request.metric));
    const atInput = await backward(executor, runs, {
      visit: async (layer, r, gradients) => {
        if (request.signal?.aborted) throw new EngineError("cancelled", "Stopped on request.");
        const { group } = batch[r];
        sums.addLayer(layer, await changes.at(group, layer), gradients, group.slots);
        request.onProgress?.(++done, jobs.length * config.nLayers);
      },
    });
    batch.forEach(({ group }, r) => sums.addInput(difference(group.corrupt, group.clean), atInput[r], group.slots));
  }
  return sums.scores(alphas.length * examples.length);
}

/** Examples that go through the model together, whole prompts. */
interface Group {
  readonly examples: readonly Example[];
  readonly packing: Packing;
  /** Embedded prompts, "row dModel". */
  readonly clean: Reals;
  readonly corrupt: Reals;
  /** For every row the position entries that it counts for. */
  readonly slots: readonly (readonly number[])[];
}

function prepareGroup(executor: Executor, examples: readonly Example[], request: ScoreRequest): Group {
  const packing = Packing.ofLengths(examples.map((example) => example.clean.ids.length));
  const embed = (which: "clean" | "corrupt") =>
    executor.embed(
      examples.flatMap((example) => example[which].ids),
      packing.positions,
    );
  const slots = positionSlots(examples, request.positions ?? []);
  return { examples, packing, clean: embed("clean"), corrupt: embed("corrupt"), slots };
}

/** One run to differentiate: a group at one point of the path. */
interface Job {
  readonly group: Group;
  readonly alpha: number;
}

/** Layer inputs of all runs of a batch are held at once; this bounds them. */
const batchBytes = 400e6;

/** Cuts the jobs so that the layer inputs of a batch, and of its groups' clean and corrupt runs, fit the budget. */
function inBatches(executor: Executor, jobs: readonly Job[]): Job[][] {
  const { nLayers, dModel } = executor.model.config;
  const bytesPerRow = nLayers * dModel * (executor.precision === "float32" ? 4 : 8);
  const batches: Job[][] = [];
  let bytes = Infinity;
  for (const job of jobs) {
    const size = job.group.packing.rows * bytesPerRow;
    const isNew = batches.at(-1)?.at(-1)?.group !== job.group;
    const added = isNew ? 3 * size : size;
    if (bytes + added > batchBytes) {
      batches.push([]);
      bytes = 3 * size;
    } else bytes += added;
    batches[batches.length - 1].push(job);
  }
  return batches;
}

async function forward(
  executor: Executor,
  group: Group,
  alpha: number,
  changes: Changes,
  metric: MetricName,
): Promise<ForwardRun> {
  const { packing } = group;
  const run =
    alpha === 1
      ? await changes.run(group, "clean")
      : await layerInputs(executor, group.packing, between(group.corrupt, group.clean, alpha));
  const cotangent = await endCotangent(executor, metric, group.examples, packing, run.residual);
  return { packing, residPre: run.residPre, cotangent };
}

interface LayerInputs {
  /** By layer, "row dModel". */
  readonly residPre: readonly Reals[];
  /** After the last layer. */
  readonly residual: Reals;
}

async function layerInputs(executor: Executor, packing: Packing, embedded: Reals): Promise<LayerInputs> {
  const { residual, at } = await capture(executor, packing, embedded, { sites: ["residPre"] });
  return { residual, residPre: at.residPre! };
}

/** Ablated − clean at the sites of the units of one layer. */
interface Change {
  readonly z: Reals;
  readonly hidden: Reals;
  readonly mlpOut: Reals;
}

/** Works out what the ablation changes, layer by layer, from the clean and the corrupt runs of each group. */
class Changes {
  private readonly runs = new Map<string, Promise<LayerInputs>>();
  private readonly ids = new Map<Group, number>();
  private readonly latest = new Map<Group, { layer: number; change: Change }>();

  constructor(
    private readonly executor: Executor,
    private readonly ablation: Ablation,
    private readonly means: ReferenceMeans | undefined,
  ) {}

  run(group: Group, which: "clean" | "corrupt"): Promise<LayerInputs> {
    const id = this.ids.get(group) ?? this.ids.size;
    this.ids.set(group, id);
    const key = `${id}/${which}`;
    const known = this.runs.get(key);
    if (known) return known;
    const made = layerInputs(this.executor, group.packing, group[which]);
    this.runs.set(key, made);
    return made;
  }

  async at(group: Group, layer: number): Promise<Change> {
    const known = this.latest.get(group);
    if (known?.layer === layer) return known.change;
    const clean = await this.sitesOf(group, "clean", layer);
    const ablated = await this.ablated(group, layer, clean);
    const change = {
      z: difference(ablated.z, clean.z),
      hidden: difference(ablated.hidden, clean.hidden),
      mlpOut: difference(ablated.mlpOut, clean.mlpOut),
    };
    this.latest.set(group, { layer, change });
    return change;
  }

  private async ablated(group: Group, layer: number, like: Change): Promise<Change> {
    const { precision } = this.executor;
    const meanOf = (site: keyof Change) => this.means!.rows(site, layer, group.examples, this.executor);
    switch (this.ablation.kind) {
      case "resample":
        return this.sitesOf(group, "corrupt", layer);
      case "mean":
        return { z: meanOf("z"), hidden: meanOf("hidden"), mlpOut: meanOf("mlpOut") };
      case "zero":
        return {
          z: zeros(precision, like.z.length),
          hidden: zeros(precision, like.hidden.length),
          mlpOut: zeros(precision, like.mlpOut.length),
        };
    }
  }

  private async sitesOf(group: Group, which: "clean" | "corrupt", layer: number): Promise<Change> {
    const { executor } = this;
    const residual = (await this.run(group, which)).residPre[layer];
    const { z } = await executor.attention(layer, group.packing, residual, { queries: "all", wanted: ["z"] });
    return { z, ...(await executor.write(layer, residual, z, { wanted: ["hidden", "mlpOut"] })) };
  }
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

  addLayer(layer: number, change: Change, gradients: LayerGradients, slots: Group["slots"]): void {
    const { nHeads, dHead, dModel, dMlp } = this.config;
    this.heads.add(layer * nHeads, nHeads, dHead, change.z, gradients.z, slots);
    this.mlps.add(layer, 1, dModel, change.mlpOut, gradients.residPost, slots);
    this.neurons.add(layer * dMlp, dMlp, 1, change.hidden, gradients.hidden, slots);
  }

  addInput(change: Reals, gradient: Reals, slots: Group["slots"]): void {
    this.input.add(0, 1, this.config.dModel, change, gradient, slots);
  }

  /** @param count examples times points of the path */
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

function difference(a: Reals, b: Reals): Reals {
  const result = a.slice();
  for (let i = 0; i < result.length; i++) result[i] -= b[i];
  return result;
}

function between(from: Reals, to: Reals, alpha: number): Reals {
  const result = from.slice();
  for (let i = 0; i < result.length; i++) result[i] += alpha * (to[i] - from[i]);
  return result;
}
