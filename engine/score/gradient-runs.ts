// Groups of examples for gradients, and what an ablation gives and changes at every site of their runs.
import { AblatedValues } from "../activations/ablated-values.ts";
import type { Ablation } from "../activations/ablation.ts";
import { capture } from "../activations/capture.ts";
import { groupExamples, rowBudget } from "../activations/chunk.ts";
import type { Executor } from "../activations/executor.ts";
import { Packing, type Reals, zeros } from "../activations/packing.ts";
import type { Example } from "../task/example.ts";
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

export interface LayerInputs {
  /** By layer, "row dModel". */
  readonly residPre: readonly Reals[];
  /** After the last layer. */
  readonly residual: Reals;
}

export async function layerInputs(executor: Executor, packing: Packing, embedded: Reals): Promise<LayerInputs> {
  const { residual, at } = await capture(executor, packing, embedded, { sites: ["residPre"] });
  return { residual, residPre: at.residPre! };
}

/** Values at the sites of the units of one layer, or changes of them. */
export interface SiteValues {
  readonly z: Reals;
  readonly hidden: Reals;
  readonly mlpOut: Reals;
}

export const UNIT_SITES: readonly (keyof SiteValues)[] = ["z", "hidden", "mlpOut"];

/** Where scores by gradients ask what an ablation gives. */
export const SCORED_SITES = ["input", ...UNIT_SITES] as const;

/** Works out what the ablation gives and changes, layer by layer, from the clean and the corrupt runs of each group. */
export class AblationDifferences {
  private readonly runs = new Map<string, Promise<LayerInputs>>();
  private readonly ids = new Map<Group, number>();
  private readonly zeros = new Map<number, Reals>();
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

  /** Ablated − clean. */
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

  /** Ablated − clean of what the embedding gives, "row dModel". */
  async inputChange(group: Group): Promise<Reals> {
    return difference(await this.ablatedInput(group), group.clean);
  }

  /** What the embedding gives where it is ablated, "row dModel". */
  ablatedInput(group: Group): Promise<Reals> {
    return this.ablated.input(group);
  }

  /**
   * What the ablation gives at the sites of one layer.
   *
   * @param sites where something is ever ablated (default: all); at the others stand zeros, that nobody may read
   */
  async ablatedAt(group: Group, layer: number, sites = UNIT_SITES): Promise<SiteValues> {
    let corrupt: Promise<SiteValues> | undefined;
    const at = async (site: keyof SiteValues) => {
      if (!sites.includes(site)) return this.nothing(site, group);
      return this.ablated.at(
        site,
        layer,
        group,
        async () => (await (corrupt ??= this.sitesOf(group, "corrupt", layer)))[site],
      );
    };
    return { z: await at("z"), hidden: await at("hidden"), mlpOut: await at("mlpOut") };
  }

  /** One for all layers. */
  private nothing(site: keyof SiteValues, { packing }: Group): Reals {
    const { model, precision } = this.executor;
    const { nHeads, dHead, dMlp, dModel } = model.config;
    const entries = packing.rows * { z: nHeads * dHead, hidden: dMlp, mlpOut: dModel }[site];
    const known = this.zeros.get(entries) ?? zeros(precision, entries);
    this.zeros.set(entries, known);
    return known;
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

export function moved(from: Reals, change: Reals, share: number): Reals {
  const result = from.slice();
  for (let i = 0; i < result.length; i++) result[i] += share * change[i];
  return result;
}

/** What the ablation gives at the embedding and at the sites of the units, over the groups' examples. */
export function ablatedOver(executor: Executor, groups: readonly Group[], ablation: Ablation): Promise<AblatedValues> {
  const examples = groups.map((group) => group.examples);
  return AblatedValues.over(executor, examples, ablation, SCORED_SITES);
}
