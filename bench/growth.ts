// How the time of exact measurements grows: with prompts, layers and heads.
import { Executor } from "../engine/activations/executor.ts";
import { UnitSpace } from "../engine/circuit/unit-set.ts";
import { Evaluator } from "../engine/evaluate/evaluator.ts";
import { measureAnchors } from "../engine/evaluate/report.ts";
import type { Model } from "../engine/model/model.ts";
import { openModel } from "../engine/model/open.ts";
import { UnitSearch } from "../engine/prune/unit-search.ts";
import { type Prepared, withTask } from "../engine/session/prepare.ts";
import type { Example } from "../engine/task/example.ts";
import { PLAIN, randomExamples, randomModel } from "../test/random-model.ts";
import { EMBEDDED } from "./head-circuits.ts";
import { sweepHeads } from "./head-sweep.ts";
import { benchExamples } from "./prompts.ts";
import { type GrowthPoint, logSlope } from "./slope.ts";
import { medianSeconds, timed } from "./timed.ts";

export const AXES = ["prompts", "layers", "heads"] as const;
export type Axis = (typeof AXES)[number];

export interface GrowthSeries {
  readonly axis: Axis;
  readonly what: string;
  readonly points: readonly GrowthPoint[];
  readonly slope: number;
}

const sizes: Readonly<Record<Axis, readonly number[]>> = {
  prompts: [8, 16, 32, 64, 128],
  layers: [2, 4, 8, 16, 32],
  heads: [2, 4, 8, 16, 32],
};
/** Of SmolLM2, where a sweep takes its time. */
const smollm2Prompts = [8, 16, 32] as const;

/** A random model of GPT-2's form; what grows is set anew. */
const shape = { ...PLAIN, nLayers: 4, nHeads: 8, nKeyValueHeads: 8, dModel: 64, dHead: 8, dMlp: 256, dVocab: 512 };
const prompts = { count: 32, tokens: 16 };
/** Heads tried one by one, spread evenly over the layers. */
const trials = 16;
const rounds = 3;

const ablation = { kind: "resample", reference: "paired", perPosition: false } as const;

/** Seconds of one exact trial (a head alone), of a sweep over all heads, and of a whole search where there is one. */
interface Costs {
  readonly trial: number;
  readonly sweep: number;
  readonly search?: number;
}

export async function measureGrowth(threads: number): Promise<GrowthSeries[]> {
  return [
    ...series("prompts", "embedded model", await over(sizes.prompts, (count) => embeddedCosts(count, threads))),
    ...series("prompts", "SmolLM2", await over(smollm2Prompts, (count) => smollm2Costs(count, threads))),
    ...series("layers", "random model", await over(sizes.layers, (nLayers) => randomCosts({ nLayers }, threads))),
    ...series("heads", "random model", await over(sizes.heads, (nHeads) => randomCosts(headsOf(nHeads), threads))),
  ];
}

/** As many heads of the same width together. */
function headsOf(nHeads: number): Partial<typeof shape> {
  return { nHeads, nKeyValueHeads: nHeads, dHead: shape.dModel / nHeads };
}

async function over(
  sizes: readonly number[],
  measure: (size: number) => Promise<Costs>,
): Promise<(readonly [number, Costs])[]> {
  const costs: (readonly [number, Costs])[] = [];
  for (const size of sizes) costs.push([size, await measure(size)]);
  return costs;
}

function series(axis: Axis, model: string, costs: readonly (readonly [number, Costs])[]): GrowthSeries[] {
  const of = (what: string, cost: (costs: Costs) => number | undefined): GrowthSeries[] => {
    const points = costs.flatMap(([size, costs]) => {
      const seconds = cost(costs);
      return seconds === undefined ? [] : [{ size, seconds }];
    });
    return points.length === 0 ? [] : [{ axis, what: `${what}, ${model}`, points, slope: logSlope(points) }];
  };
  return [
    ...of("search", ({ search }) => search),
    ...of("sweep of all heads", ({ sweep }) => sweep),
    ...of("one trial", ({ trial }) => trial),
  ];
}

function embeddedCosts(count: number, threads: number): Promise<Costs> {
  const settings = { ...EMBEDDED, examples: { discovery: count, heldOut: 0 } };
  return withTask(settings, { execution: { threads } }, async (prepared) => {
    const evaluator = await evaluatorOver(prepared.executor, prepared.discovery);
    return { ...(await costsOf(evaluator)), search: await searchSeconds(evaluator, prepared) };
  });
}

async function searchSeconds(evaluator: Evaluator, { criterion, seed }: Prepared): Promise<number> {
  const { ends } = await measureAnchors(evaluator, "logits");
  const options = { criterion, order: "effect", seed, orders: 1, swaps: 0 } as const;
  return medianSeconds(rounds, () => new UnitSearch(evaluator, ends, options).run());
}

async function smollm2Costs(count: number, threads: number): Promise<Costs> {
  const model = openModel("smollm2");
  return withExecutor(model, threads, async (executor) => {
    const evaluator = await evaluatorOver(executor, benchExamples("all three names").slice(0, count));
    const trial = await trialSeconds(evaluator);
    return { trial, sweep: (await timed(() => sweepHeads(evaluator))).seconds };
  });
}

function randomCosts(change: Partial<typeof shape>, threads: number): Promise<Costs> {
  const config = { ...shape, ...change };
  const examples = randomExamples(config, new Array<number>(prompts.count).fill(prompts.tokens), 1);
  return withExecutor(randomModel(config, 1), threads, async (executor) =>
    costsOf(await evaluatorOver(executor, examples)),
  );
}

async function withExecutor(model: Model, threads: number, work: (executor: Executor) => Promise<Costs>) {
  const executor = new Executor(model, { threads });
  try {
    return await work(executor);
  } finally {
    await executor.dispose();
    model.close();
  }
}

function evaluatorOver(executor: Executor, examples: readonly Example[]): Promise<Evaluator> {
  const space = new UnitSpace(executor.model.config, ["head"]);
  return Evaluator.create(executor, examples, { metric: "logit-difference", ablation, space });
}

async function costsOf(evaluator: Evaluator): Promise<Costs> {
  return { trial: await trialSeconds(evaluator), sweep: await medianSeconds(rounds, () => sweepHeads(evaluator)) };
}

async function trialSeconds(evaluator: Evaluator): Promise<number> {
  const full = evaluator.space.full();
  const units = full.units();
  const state = await evaluator.start(full);
  const tried = Array.from({ length: trials }, (_, i) => units[Math.floor(((i + 0.5) * units.length) / trials)]);
  const all = async () => {
    for (const unit of tried) await evaluator.change(state, full.without([unit]));
  };
  return (await medianSeconds(rounds, all)) / trials;
}
