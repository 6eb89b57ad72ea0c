// Activation patching: what putting the activations of one run into another does to the metric, exactly, place by place.
//
// The fast path of plans with one change each, which sets a place of one run to what stands there in the other, or to a mean or zero.
import { AblatedValues } from "../activations/ablated-values.ts";
import type { Ablation } from "../activations/ablation.ts";
import { capture } from "../activations/capture.ts";
import { groupExamples, rowBudget } from "../activations/chunk.ts";
import type { Executor } from "../activations/executor.ts";
import { Packing, type Reals, repeatRows, takeRows } from "../activations/packing.ts";
import { assertInternal, EngineError } from "../base/errors.ts";
import { say, sayList, type Sentence } from "../base/sentence.ts";
import { type Tensor, tensor } from "../base/tensor.ts";
import type { Direction, Granularity } from "../choices/lists.ts";
import { headUnit } from "../circuit/unit.ts";
import { UnitSpace } from "../circuit/unit-set.ts";
import { Evaluator } from "../evaluate/evaluator.ts";
import { MetricReader } from "../evaluate/metric-reader.ts";
import type { MetricName } from "../metric/metric.ts";
import type { ModelConfig } from "../model/model.ts";
import type { Example } from "../task/example.ts";
import { type Site, sites } from "../transformer/sites.ts";
import { commonPositions, type Position } from "./positions.ts";
import { type Place, placeMask } from "./place-mask.ts";

const headSites: readonly Site[] = ["q", "k", "v", "z", "pattern"];

/** At which sites each granularity is possible. */
export const SITES_BY = {
  layer: sites,
  head: headSites,
  position: sites,
  "head-position": headSites,
  neuron: ["hidden"],
} as const satisfies Readonly<Record<Granularity, readonly Site[]>>;

export interface PatchingRequest {
  /**
   * "noising": values of the corrupt run (or means, or zeros) into the clean run, which finds what is necessary;
   * "denoising": values of the clean run into the corrupt run, which finds what is sufficient.
   */
  readonly direction: Direction;
  readonly site: Site;
  readonly by: Granularity;
  /** What is put in; denoising takes "resample" only. */
  readonly ablation: Ablation;
  readonly metric: MetricName;
  /** Default: all. */
  readonly layers?: readonly number[];
  /** Default: see `commonPositions`. At `pattern` a position is the query's. */
  readonly positions?: readonly Position[];
  /** Hidden neurons; default: all. */
  readonly neurons?: readonly number[];
  /** Also give the effect on every example. */
  readonly perExample?: boolean;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

export interface PatchingEffects {
  /** Mean metric of the two runs as they are. */
  readonly clean: number;
  readonly corrupt: number;
  /** What stands at the entries of the axes. */
  readonly layers: readonly number[];
  /** Heads, key-value heads or neurons, where the granularity has them. */
  readonly units?: readonly number[];
  readonly positions?: readonly Position[];
  /**
   * Mean metric with the patch − mean metric of the run patched into, in metric units. Axes "layer", then "head"
   * ("keyValueHead" at k and v) or "neuron", then "position", as far as the granularity has them.
   */
  readonly effect: Tensor;
  /**
   * Noising (m_clean − m_patched) / (m_clean − m_corrupt), denoising (m_patched − m_corrupt) / (m_clean − m_corrupt):
   * 0 = no effect, 1 = as the other run. Absent where clean and corrupt have the same metric.
   */
  readonly normalised?: Tensor;
  /** Axes of `effect`, then "example". */
  readonly perExample?: Tensor;
}

/**
 * Effect of patching one site, one place at a time.
 *
 * @throws EngineError "usage" where site, granularity, ablation or positions do not go together; "cancelled"
 * @see Vig et al. 2020; Meng et al. 2022; Wang et al. 2022. Whole-run effects of heads at z go through the exact
 *   shortcuts of circuit runs, everything else through plain passes that start at the patched layer.
 */
export async function activationPatching(
  executor: Executor,
  examples: readonly Example[],
  request: PatchingRequest,
): Promise<PatchingEffects> {
  checkRequest(executor.model.config, examples, request);
  const plan = makePlan(executor.model.config, examples, request);
  const pairs = request.direction === "noising" ? examples : examples.map(swapped);
  const wholeHeads = request.site === "z" && request.by === "head";
  const measured = wholeHeads
    ? await patchHeads(executor, pairs, request, plan)
    : await patchPlaces(executor, pairs, request, plan);
  return summary(request, plan, measured);
}

/** What is patched: `places` at each of `layers`. */
interface Plan {
  readonly layers: readonly number[];
  readonly places: readonly Place[];
  readonly axes: string;
  /** Sizes of the axes after "layer". */
  readonly shape: readonly number[];
  readonly units?: readonly number[];
  readonly positions?: readonly Position[];
}

function makePlan(config: ModelConfig, examples: readonly Example[], request: PatchingRequest): Plan {
  const { site, by } = request;
  const range = (n: number) => Array.from({ length: n }, (_, i) => i);
  const layers = request.layers ?? range(config.nLayers);
  const positions = request.positions ?? (by.endsWith("position") ? commonPositions(examples) : []);
  const shared = site === "k" || site === "v";
  const heads = range(shared ? config.nKeyValueHeads : config.nHeads);
  const head = shared ? "keyValueHead" : "head";
  switch (by) {
    case "layer":
      return { layers, places: [{}], axes: "layer", shape: [] };
    case "head":
      return {
        layers,
        places: heads.map((unit) => ({ unit })),
        axes: `layer ${head}`,
        shape: [heads.length],
        units: heads,
      };
    case "position":
      return {
        layers,
        places: positions.map((position) => ({ position })),
        axes: "layer position",
        shape: [positions.length],
        positions,
      };
    case "head-position":
      return {
        layers,
        places: heads.flatMap((unit) => positions.map((position) => ({ unit, position }))),
        axes: `layer ${head} position`,
        shape: [heads.length, positions.length],
        units: heads,
        positions,
      };
    case "neuron": {
      const neurons = request.neurons ?? range(config.dMlp);
      const places = neurons.map((unit) => ({ unit }));
      return { layers, places, axes: "layer neuron", shape: [neurons.length], units: neurons };
    }
  }
}

/** Metric values of every example: of the run patched into, of the other run, and with each patch. */
interface Measured {
  readonly base: Float64Array;
  readonly source: Float64Array;
  /** By layer, then place. */
  readonly patched: readonly (readonly Float64Array[])[];
}

/** The same example with the roles of its prompts exchanged; the answers stay. */
const swapped = (example: Example): Example => ({ ...example, clean: example.corrupt, corrupt: example.clean });

/** Whole heads as circuits that lack one head. */
async function patchHeads(
  executor: Executor,
  pairs: readonly Example[],
  request: PatchingRequest,
  plan: Plan,
): Promise<Measured> {
  const { metric, ablation, signal } = request;
  const space = new UnitSpace(executor.model.config, ["head"]);
  const evaluator = await Evaluator.create(executor, pairs, { metric, ablation, space, signal });
  const full = space.full();
  const state = await evaluator.start(full);
  const [base] = await evaluator.alternativeValues(state, [full]);
  const source = await sourceValues(executor, pairs, metric);
  const patched: Float64Array[][] = [];
  for (const [i, layer] of plan.layers.entries()) {
    const candidates = plan.units!.map((head) => full.without([headUnit(layer, head)]));
    patched.push(await evaluator.alternativeValues(state, candidates));
    request.onProgress?.((i + 1) * candidates.length, plan.layers.length * candidates.length);
  }
  return { base, source, patched };
}

async function sourceValues(executor: Executor, pairs: readonly Example[], metric: MetricName): Promise<Float64Array> {
  const reader = new MetricReader(executor, metric);
  const values = new Float64Array(pairs.length);
  let first = 0;
  for (const group of groupExamples(pairs, rowBudget(executor.model.config))) {
    const { packing, corrupt } = packed(executor, group);
    const { residual } = await capture(executor, packing, corrupt, { sites: [] });
    values.set(await reader.values(ends(executor, packing, residual), group), first);
    first += group.length;
  }
  return values;
}

/** Any place of any site: plain passes from the patched layer on, several places one after another in the rows. */
async function patchPlaces(
  executor: Executor,
  pairs: readonly Example[],
  request: PatchingRequest,
  plan: Plan,
): Promise<Measured> {
  const { config } = executor.model;
  const budget = rowBudget(config);
  const groups = groupExamples(pairs, budget);
  const ablated = await AblatedValues.over(executor, groups, request.ablation, [request.site]);
  const reader = new MetricReader(executor, request.metric);
  const zeroed = () => new Float64Array(pairs.length);
  const measured = {
    base: zeroed(),
    source: zeroed(),
    patched: plan.layers.map(() => plan.places.map(zeroed)),
  };
  const total = groups.length * plan.layers.length * plan.places.length;
  let done = 0;
  let first = 0;
  for (const group of groups) {
    const run = await prepareGroup(executor, group, request, plan, ablated);
    measured.base.set(await reader.values(run.baseEnd, group), first);
    measured.source.set(await reader.values(run.sourceEnd, group), first);
    const stack = Math.max(1, Math.floor(budget / run.packing.rows));
    const repeated = new Map<number, Packing>([[1, run.packing]]);
    for (const [l, layer] of plan.layers.entries()) {
      for (let at = 0; at < plan.places.length; at += stack) {
        if (request.signal?.aborted) throw new EngineError("cancelled", say`Stopped on request.`);
        const places = plan.places.slice(at, at + stack);
        const packing = repeated.get(places.length) ?? run.packing.repeated(places.length);
        repeated.set(places.length, packing);
        const end = await patchedEnd(executor, request.site, layer, group, run, places, packing);
        const values = await reader.values(end, group);
        places.forEach((_, p) => {
          const own = values.subarray(p * group.length, (p + 1) * group.length);
          measured.patched[l][at + p].set(own, first);
        });
        done += places.length;
        request.onProgress?.(done, total);
      }
    }
    first += group.length;
  }
  return measured;
}

/** One group of examples, ready to be patched. */
interface GroupRun {
  readonly packing: Packing;
  /** Input of every layer in the run patched into, "row dModel". */
  readonly residPre: readonly Reals[];
  /** Residual stream after the last layer at each last token, "example dModel", of both runs. */
  readonly baseEnd: Reals;
  readonly sourceEnd: Reals;
  /** What is put in at the site of a layer, laid out as the site is captured. */
  readonly values: (layer: number) => Promise<Reals>;
}

async function prepareGroup(
  executor: Executor,
  group: readonly Example[],
  request: PatchingRequest,
  plan: Plan,
  ablated: AblatedValues,
): Promise<GroupRun> {
  const { site } = request;
  const { packing, clean, corrupt } = packed(executor, group);
  const base = await capture(executor, packing, clean, { sites: ["residPre"] });
  const source = await capture(executor, packing, corrupt, { sites: [site], layers: plan.layers });
  return {
    packing,
    residPre: base.at.residPre!,
    baseEnd: ends(executor, packing, base.residual),
    sourceEnd: ends(executor, packing, source.residual),
    values: (layer) => ablated.at(site, layer, { examples: group, packing }, () => source.at[site]![layer]),
  };
}

async function patchedEnd(
  executor: Executor,
  site: Site,
  layer: number,
  group: readonly Example[],
  run: GroupRun,
  places: readonly Place[],
  packing: Packing,
): Promise<Reals> {
  const value = repeatRows(await run.values(layer), places.length);
  const size = value.length / places.length;
  const where = new Uint8Array(value.length);
  places.forEach((place, p) => {
    const own = where.subarray(p * size, (p + 1) * size);
    placeMask(executor.model.config, site, group, run.packing, place, own);
  });
  const { residual } = await capture(executor, packing, repeatRows(run.residPre[layer], places.length), {
    sites: [],
    from: layer,
    patchSites: [site],
    patch: (_, at) => (at === layer ? { where, value } : undefined),
  });
  return ends(executor, packing, residual);
}

function packed(executor: Executor, group: readonly Example[]) {
  const packing = Packing.ofLengths(group.map((example) => example.clean.ids.length));
  const embed = (which: "clean" | "corrupt") =>
    executor.embed(
      group.flatMap((example) => example[which].ids),
      packing.positions,
    );
  return { packing, clean: embed("clean"), corrupt: embed("corrupt") };
}

const ends = (executor: Executor, packing: Packing, residual: Reals): Reals =>
  takeRows(residual, executor.model.config.dModel, packing.endRows);

/** Below this difference between clean and corrupt a ratio means nothing. */
const leastDifference = 1e-6;

function summary(request: PatchingRequest, plan: Plan, { base, source, patched }: Measured): PatchingEffects {
  const nExamples = base.length;
  const shape = [plan.layers.length, ...plan.shape];
  const values = patched.flat();
  assertInternal(values.length === shape.reduce((product, n) => product * n, 1), "a value for every place");
  const [m, other] = [mean(base), mean(source)];
  const effects = values.map((value) => mean(value) - m);
  const { layers, units, positions, axes } = plan;
  return {
    ...(request.direction === "noising" ? { clean: m, corrupt: other } : { clean: other, corrupt: m }),
    layers,
    units,
    positions,
    effect: tensor(axes, shape, Float32Array.from(effects)),
    // Both definitions come to the same: the effect as a share of the way from the one run to the other.
    normalised:
      Math.abs(other - m) < leastDifference
        ? undefined
        : tensor(
            axes,
            shape,
            Float32Array.from(effects, (effect) => effect / (other - m)),
          ),
    perExample: request.perExample
      ? tensor(
          `${axes} example`,
          [...shape, nExamples],
          Float32Array.from(values.flatMap((value) => Array.from(value, (x, e) => x - base[e]))),
        )
      : undefined,
  };
}

function mean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function checkRequest(config: ModelConfig, examples: readonly Example[], request: PatchingRequest): void {
  const { site, by, ablation, direction } = request;
  const possible: readonly Site[] = SITES_BY[by];
  const refuse = (sentence: Sentence, facts: Record<string, unknown>): never => {
    throw new EngineError("usage", sentence, facts);
  };
  if (examples.length === 0) refuse(say`There are no examples to patch.`, {});
  if (!possible.includes(site))
    refuse(say`Site ${site} cannot be patched by ${by}; that goes for ${sayList(possible, ", ")}.`, { site, by });
  if (direction === "denoising" && ablation.kind !== "resample")
    refuse(say`Denoising puts in values of the clean run, so it takes no ${ablation.kind} ablation; use noising.`, {
      direction,
      ablation: ablation.kind,
    });
  const rotates = site === "q" || site === "k";
  if (ablation.kind === "mean" && (site === "pattern" || (rotates && !ablation.perPosition)))
    refuse(
      say`A mean of ${site} over positions means nothing; ablate z instead${rotates ? say`, or take means per position` : say``}.`,
      {
        site,
        ablation: ablation.kind,
      },
    );
  const layer = request.layers?.find((l) => !(Number.isInteger(l) && l >= 0 && l < config.nLayers));
  if (layer !== undefined)
    refuse(say`The model has layers 0 to ${config.nLayers - 1}, so no layer ${layer}.`, { layer });
  const neuron = request.neurons?.find((n) => !(Number.isInteger(n) && n >= 0 && n < config.dMlp));
  if (neuron !== undefined)
    refuse(say`An MLP has neurons 0 to ${config.dMlp - 1}, so no neuron ${neuron}.`, { neuron });
}
