// Forward runs to go back through, at points of the path from ablated to clean, and what an ablation changes at every site
// beside them.
import { AblatedValues } from "../activations/ablated-values.ts";
import type { Ablation } from "../activations/ablation.ts";
import { capture } from "../activations/capture.ts";
import { groupExamples, rowBudget } from "../activations/chunk.ts";
import type { Executor } from "../activations/executor.ts";
import type { ForwardRun } from "../activations/gradients.ts";
import { Packing, type Reals } from "../activations/packing.ts";
import type { MetricName } from "../metric/metric.ts";
import type { Example } from "../task/example.ts";
import { endCotangent } from "./end-cotangent.ts";
import type { Part } from "./integration-path.ts";
import { type Position, positionSlots } from "./positions.ts";

/** Examples that go through the model together, whole prompts. */
export interface Group {
  readonly examples: readonly Example[];
  readonly packing: Packing;
  /** Embedded prompts, "row dModel". */
  readonly clean: Reals;
  readonly corrupt: Reals;
  /** For every row the position entries that it counts for. */
  readonly slots: readonly (readonly number[])[];
}

/** Examples of few prompt lengths together, as many as a pass should hold. */
export function prepareGroups(
  executor: Executor,
  examples: readonly Example[],
  positions: readonly Position[] = [],
): Group[] {
  const groups = groupExamples(examples, rowBudget(executor.model.config));
  return groups.map((group) => prepareGroup(executor, group, positions));
}

function prepareGroup(executor: Executor, examples: readonly Example[], positions: readonly Position[]): Group {
  const packing = Packing.ofLengths(examples.map((example) => example.clean.ids.length));
  const embed = (which: "clean" | "corrupt") =>
    executor.embed(
      examples.flatMap((example) => example[which].ids),
      packing.positions,
    );
  const slots = positionSlots(examples, positions);
  return { examples, packing, clean: embed("clean"), corrupt: embed("corrupt"), slots };
}

/** One run to differentiate: a group at one point of a part's path. */
export interface Job {
  readonly group: Group;
  readonly part: Part;
  readonly alpha: number;
}

/** Layer inputs of all runs of a batch are held at once; this bounds them. */
const batchBytes = 400e6;

/** Cuts the jobs so that the layer inputs of a batch, and of its groups' clean and corrupt runs, fit the budget. */
export function inBatches(executor: Executor, jobs: readonly Job[]): Job[][] {
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

export async function forward(
  executor: Executor,
  job: Job,
  changes: AblationDifferences,
  metric: MetricName,
): Promise<ForwardRun> {
  const { packing, examples } = job.group;
  const { residPre, residual, z } = await inputsAt(executor, job, changes);
  const cotangent = await endCotangent(executor, metric, examples, packing, residual);
  return { packing, residPre, cotangent, z };
}

async function inputsAt(
  executor: Executor,
  { group, part, alpha }: Job,
  changes: AblationDifferences,
): Promise<LayerInputs & Pick<ForwardRun, "z">> {
  if (alpha === 1) return changes.run(group, "clean");
  if (part.kind === "input") {
    return layerInputs(executor, group.packing, between(await changes.ablatedInput(group), group.clean, alpha));
  }
  const { layer } = part;
  const clean = await changes.run(group, "clean");
  const change = await changes.at(group, layer);
  if (part.kind === "mlp") {
    const after = clean.residPre[layer + 1] ?? clean.residual;
    return continued(executor, group.packing, clean, layer, moved(after, change.mlpOut, 1 - alpha));
  }
  const values = moved((await changes.cleanAt(group, layer)).z, change.z, 1 - alpha);
  const { residPost } = await executor.write(layer, clean.residPre[layer], values, { wanted: ["residPost"] });
  return { ...(await continued(executor, group.packing, clean, layer, residPost)), z: { layer, values } };
}

/** The clean run up to a layer, and the model's run on from another stream behind it. */
async function continued(
  executor: Executor,
  packing: Packing,
  clean: LayerInputs,
  layer: number,
  residPost: Reals,
): Promise<LayerInputs> {
  const { residual, at } = await capture(executor, packing, residPost, { sites: ["residPre"], from: layer + 1 });
  return { residPre: [...clean.residPre.slice(0, layer + 1), ...(at.residPre ?? []).slice(layer + 1)], residual };
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

/** Values at the sites of the units of one layer, or ablated − clean of them. */
export interface SiteValues {
  readonly z: Reals;
  readonly hidden: Reals;
  readonly mlpOut: Reals;
}

/** Works out what the ablation gives and changes, layer by layer, from the clean and the corrupt runs of each group. */
export class AblationDifferences {
  private readonly runs = new Map<string, Promise<LayerInputs>>();
  private readonly ids = new Map<Group, number>();
  private readonly latest = new Map<Group, { layer: number; change: SiteValues }>();

  constructor(
    private readonly executor: Executor,
    private readonly ablated: AblatedValues,
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

  async at(group: Group, layer: number): Promise<SiteValues> {
    const known = this.latest.get(group);
    if (known?.layer === layer) return known.change;
    const clean = await this.cleanAt(group, layer);
    const ablated = await this.ablatedAt(group, layer);
    const change = {
      z: difference(ablated.z, clean.z),
      hidden: difference(ablated.hidden, clean.hidden),
      mlpOut: difference(ablated.mlpOut, clean.mlpOut),
    };
    this.latest.set(group, { layer, change });
    return change;
  }

  cleanAt(group: Group, layer: number): Promise<SiteValues> {
    return this.sitesOf(group, "clean", layer);
  }

  /** What the embedding gives where it is ablated, "row dModel". */
  ablatedInput(group: Group): Promise<Reals> {
    return this.ablated.input(group);
  }

  /** What the ablation gives at the sites of one layer. */
  async ablatedAt(group: Group, layer: number): Promise<SiteValues> {
    let corrupt: Promise<SiteValues> | undefined;
    const at = (site: keyof SiteValues) =>
      this.ablated.at(
        site,
        layer,
        group,
        async () => (await (corrupt ??= this.sitesOf(group, "corrupt", layer)))[site],
      );
    return { z: await at("z"), hidden: await at("hidden"), mlpOut: await at("mlpOut") };
  }

  private async sitesOf(group: Group, which: "clean" | "corrupt", layer: number): Promise<SiteValues> {
    const { executor } = this;
    const residual = (await this.run(group, which)).residPre[layer];
    const { z } = await executor.attention(layer, group.packing, residual, { queries: "all", wanted: ["z"] });
    return { z, ...(await executor.write(layer, residual, z, { wanted: ["hidden", "mlpOut"] })) };
  }
}

export function difference(a: Reals, b: Reals): Reals {
  const result = a.slice();
  for (let i = 0; i < result.length; i++) result[i] -= b[i];
  return result;
}

function between(from: Reals, to: Reals, alpha: number): Reals {
  return moved(from, difference(to, from), alpha);
}

function moved(from: Reals, change: Reals, share: number): Reals {
  const result = from.slice();
  for (let i = 0; i < result.length; i++) result[i] += share * change[i];
  return result;
}

/** What the ablation gives at the embedding and at the sites of the units, over the groups' examples. */
export function ablatedOver(executor: Executor, groups: readonly Group[], ablation: Ablation): Promise<AblatedValues> {
  const examples = groups.map((group) => group.examples);
  return AblatedValues.over(executor, examples, ablation, ["input", "z", "hidden", "mlpOut"]);
}
