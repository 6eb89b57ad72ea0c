// How often a fitted relation gives the model's own answer, on subjects it was not fitted on.
import { greatest } from "../base/greatest.ts";
import { stacked } from "../activations/packing.ts";
import { Random } from "../base/random.ts";
import type { Interval } from "../base/interval.ts";
import { topTokens } from "../readout/logits.ts";
import type { Estimator } from "./estimators/registry.ts";
import { crossedInterval } from "./interval.ts";
import { type LinearMap, product } from "./linear-map.ts";
import { stateAt, stopIfAborted } from "./states.ts";
import type { Study } from "./study.ts";
import { rightAxes, truncated } from "./svd.ts";

/** Mean faithfulness on the validation subjects over all draws. */
export interface SweepCell {
  readonly layer: number;
  readonly beta: number;
  readonly validation: number;
}

export interface Choice {
  readonly layer: number;
  readonly beta: number;
  /** W is cut to this rank; undefined: as it was fitted. */
  readonly rank: number | undefined;
}

/** Every layer and β, on validation subjects. */
export async function sweep(
  study: Study,
  estimator: Estimator,
  layers: readonly number[] = study.settings.layers,
): Promise<SweepCell[]> {
  const cells: SweepCell[] = [];
  for (const layer of layers) {
    const hits = estimator.betas.map(() => 0);
    for (const { order, validation } of study.split.seeds) {
      stopIfAborted(study.settings.signal);
      const map = await estimator.fit(study.trainingSet(layer, order.slice(0, study.settings.samples)));
      const found = await scaledAnswers(study, map, layer, validation, estimator.betas);
      found.forEach((answers, b) => (hits[b] += shareRight(study, validation, answers)));
    }
    estimator.betas.forEach((beta, b) => cells.push({ layer, beta, validation: hits[b] / study.split.seeds.length }));
  }
  return cells;
}

/** The best cell; among equals the earliest layer, then the β nearest to 1. */
export function bestCell(cells: readonly SweepCell[]): SweepCell {
  const order = (cell: SweepCell) => [-cell.validation, cell.layer, Math.abs(Math.log(cell.beta))];
  return [...cells].sort((a, b) => compare(order(a), order(b)))[0];
}

function compare(a: readonly number[], b: readonly number[]): number {
  // A hundredth of a hit is rounding.
  const at = a.findIndex((x, i) => Math.abs(x - b[i]) > 1e-9);
  return at < 0 ? 0 : a[at] - b[at];
}

export interface RankCell {
  readonly rank: number;
  readonly validation: number;
}

/** Draws whose maps are decomposed to choose a rank: an SVD of a wide model takes seconds. */
const rankDraws = 2;

/** Low-rank versions of the map at one layer and β, by rank, the full one last. */
export async function rankSweep(study: Study, estimator: Estimator, { layer, beta }: SweepCell): Promise<RankCell[]> {
  const hits = new Map<number, number>();
  const draws = study.split.seeds.slice(0, rankDraws);
  for (const { order, validation } of draws) {
    const map = await estimator.fit(study.trainingSet(layer, order.slice(0, study.settings.samples)));
    const axes = rightAxes(map.weight, map.bias.length);
    for (const rank of [...ranksBelow(map.rank), map.rank]) {
      stopIfAborted(study.settings.signal);
      const cut = rank === map.rank ? map : truncated(map, axes, rank);
      const [answers] = await scaledAnswers(study, cut, layer, validation, [beta]);
      hits.set(rank, (hits.get(rank) ?? 0) + shareRight(study, validation, answers) / draws.length);
    }
  }
  return [...hits].map(([rank, validation]) => ({ rank, validation }));
}

/** Powers of two below a rank. */
export function ranksBelow(rank: number): number[] {
  const ranks: number[] = [];
  for (let r = 1; r < rank; r *= 2) ranks.push(r);
  return ranks;
}

/** The best rank; among equals the largest, so that nothing is cut without need. */
export function bestRank(cells: readonly RankCell[]): number {
  const best = greatest(cells.map(({ validation }) => validation));
  return greatest(cells.filter(({ validation }) => validation >= best - 1e-9).map(({ rank }) => rank));
}

export interface TestFigures {
  readonly mean: number;
  /** Over draws and test subjects, 95 %; undefined for too few. */
  readonly interval: Interval | undefined;
  /** Mean over test subjects whose object stands among the training subjects' objects; undefined where there is none. */
  readonly seenObject: number | undefined;
  readonly unseenObject: number | undefined;
  /** "draw subject": the token that the map gives. */
  readonly answers: readonly ArrayLike<number>[];
}

/** The map of every draw. */
export async function fittedMaps(study: Study, estimator: Estimator, choice: Choice): Promise<LinearMap[]> {
  const maps: LinearMap[] = [];
  for (const { order } of study.split.seeds) {
    stopIfAborted(study.settings.signal);
    maps.push(await fittedMap(study, estimator, choice, order.slice(0, study.settings.samples)));
  }
  return maps;
}

/** On the test subjects. @param maps by draw */
export async function testFigures(
  study: Study,
  { layer, beta }: Choice,
  maps: readonly LinearMap[],
): Promise<TestFigures> {
  const answers: ArrayLike<number>[] = [];
  for (const map of maps) {
    stopIfAborted(study.settings.signal);
    answers.push((await scaledAnswers(study, map, layer, study.split.test, [beta]))[0]);
  }
  return figuresOf(study, answers);
}

/** The map of one draw, cut to the chosen rank. */
async function fittedMap(
  study: Study,
  estimator: Estimator,
  { layer, rank }: Choice,
  subjects: readonly number[],
  order: readonly number[] = subjects,
): Promise<LinearMap> {
  const map = await estimator.fit(study.trainingSet(layer, subjects, order));
  if (rank === undefined || rank >= map.rank) return map;
  return truncated(map, rightAxes(map.weight, map.bias.length), rank);
}

/** Figures of answers to the test subjects, "draw subject". */
export function figuresOf(study: Study, answers: readonly ArrayLike<number>[]): TestFigures {
  const { test, seeds } = study.split;
  const hits = answers.map((row) => test.map((i, at) => (row[at] === study.known[i].answer ? 1 : 0)));
  const seen: number[] = [];
  const unseen: number[] = [];
  seeds.forEach(({ order }, d) => {
    const objects = new Set(order.slice(0, study.settings.samples).map((i) => study.known[i].answer));
    test.forEach((i, at) => (objects.has(study.known[i].answer) ? seen : unseen).push(hits[d][at]));
  });
  return {
    mean: meanOfNumbers(hits.flat())!,
    interval: crossedInterval(hits, study.settings.seed),
    seenObject: meanOfNumbers(seen),
    unseenObject: meanOfNumbers(unseen),
    answers,
  };
}

/**
 * What chance gives. An estimator that reads pairs is fitted to shuffled ones; for one that does not (its W and b stay the same) the
 * answers of the map go to other test subjects than those they were made for.
 */
export async function shuffledMean(
  study: Study,
  estimator: Estimator,
  choice: Choice,
  figures: TestFigures,
): Promise<number> {
  const { test, seeds } = study.split;
  const shares: number[] = [];
  for (const [d, { order }] of seeds.entries()) {
    const random = Random.seeded(study.settings.seed, `relation null ${d}`);
    const used = order.slice(0, study.settings.samples);
    if (!estimator.readsPairs) {
      shares.push(shareOfOthers(study, figures.answers[d], random));
      continue;
    }
    const map = await fittedMap(study, estimator, choice, used, moved(used, random));
    const [answers] = await scaledAnswers(study, map, choice.layer, test, [choice.beta]);
    shares.push(shareRight(study, test, answers));
  }
  return meanOfNumbers(shares)!;
}

/** Share of test subjects whose answer another test subject's state gives. */
export function shareOfOthers(study: Study, answers: ArrayLike<number>, random: Random): number {
  const { test } = study.split;
  const at = moved(
    test.map((_, i) => i),
    random,
  );
  return test.filter((i, t) => answers[at[t]] === study.known[i].answer).length / test.length;
}

/** A random order in which nothing keeps its place. */
function moved<T>(items: readonly T[], random: Random): T[] {
  const cycle = random.shuffled(items.map((_, i) => i));
  const out = [...items];
  cycle.forEach((from, i) => (out[cycle[(i + 1) % cycle.length]] = items[from]));
  return out;
}

/** Faithfulness on the test subjects by number of samples, at a fixed choice. */
export async function samplesCurve(
  study: Study,
  estimator: Estimator,
  choice: Choice,
): Promise<{ samples: number; test: number }[]> {
  const { test, seeds } = study.split;
  const counts = [1, 2, 4, 8, 16, 32, 64].filter((n) => n <= seeds[0].order.length);
  const curve: { samples: number; test: number }[] = [];
  for (const samples of counts) {
    const shares: number[] = [];
    for (const { order } of seeds) {
      stopIfAborted(study.settings.signal);
      const map = await estimator.fit(study.trainingSet(choice.layer, order.slice(0, samples)));
      const [answers] = await scaledAnswers(study, map, choice.layer, test, [choice.beta]);
      shares.push(shareRight(study, test, answers));
    }
    curve.push({ samples, test: meanOfNumbers(shares)! });
  }
  return curve;
}

/** The map's top tokens for known subjects, by β: of β W s + b. */
async function scaledAnswers(
  study: Study,
  map: LinearMap,
  layer: number,
  subjects: readonly number[],
  betas: readonly number[],
): Promise<Int32Array[]> {
  const through = subjects.map((i) => product(map.weight, stateAt(study.known[i], layer)));
  const states = betas.flatMap((beta) => through.map((Ws) => Ws.map((x, i) => beta * x + map.bias[i])));
  const tops = await topTokens(study.executor, stacked(study.executor.precision, states));
  return betas.map((_, b) => tops.slice(b * subjects.length, (b + 1) * subjects.length));
}

function shareRight(study: Study, subjects: readonly number[], answers: ArrayLike<number>): number {
  return subjects.filter((i, at) => answers[at] === study.known[i].answer).length / subjects.length;
}

function meanOfNumbers(values: readonly number[]): number | undefined {
  return values.length > 0 ? values.reduce((sum, x) => sum + x, 0) / values.length : undefined;
}
