// Step 2: what the removal of a neuron does, by five kinds of ablation side by side, beside that of other neurons of its layer.
import { least } from "../base/greatest.ts";
import { REMOVALS, type Removal, type RemovalKind } from "../choices/neuron.ts";
import { meanInterval } from "../evaluate/bootstrap.ts";
import { besideNull } from "../evaluate/null-figure.ts";
import type { NeuronValue, Variant } from "./beginnings-run.ts";
import type { Column } from "./column.ts";
import type { Change, Measure } from "./measure.ts";
import { average, averaged, differences, meanOver } from "./over-places.ts";

/** Sets of tokens that every measure reads: the event, then its control. */
export const EVENT = 0;
export const CONTROL = 1;

/** Where effects are measured. */
export interface Stages {
  /** Discovery events, on which optimal constants are found. */
  readonly found: Measure;
  /** Held-out events, other held-out places, and one place of each neutral text. */
  readonly events: Measure;
  readonly elsewhere: Measure;
  readonly neutral: Measure;
}

export interface RemovalRequest extends Stages {
  readonly seed: number;
  readonly onProgress?: (done: number, total: number) => void;
}

/** Constants among which the optimal one is looked for: these quantiles, the mean, and zero. */
const TRIED = [0, 0.05, 0.25, 0.5, 0.75, 0.95, 1];

/**
 * Of each neuron the constant that moves the model's distribution least, mean KL(model‖removed) over discovery events: the best of a few
 * quantiles, the mean and zero, and then of the vertex of the parabola through it and its neighbours.
 *
 * @see Li and Janson 2024, "Optimal ablation for interpretability", arXiv:2409.09951
 */
async function optimalConstants(columns: readonly Column[], found: Measure): Promise<number[]> {
  const tried = columns.map((column) =>
    [...new Set([...TRIED.map((q) => column.quantile(q)), column.mean, 0])].sort((a, b) => a - b),
  );
  const losses = await lossesOf(columns, tried, found);
  const vertices = tried.map((values, c) => [vertexOf(values, losses[c])]);
  const refined = await lossesOf(columns, vertices, found);
  return columns.map((_, c) => {
    const best = losses[c].indexOf(least(losses[c]));
    return refined[c][0] < losses[c][best] ? vertices[c][0] : tried[c][best];
  });
}

async function lossesOf(
  columns: readonly Column[],
  values: readonly (readonly number[])[],
  found: Measure,
): Promise<number[][]> {
  const variants = columns.flatMap((column, c) => values[c].map((value): Variant => [column.to(value)]));
  const changes = await found.changes(variants);
  let at = 0;
  return values.map((own) => own.map(() => average(changes[at++].kl)));
}

/** Where the parabola through the least value and its neighbours is least; the least value itself at an end. */
function vertexOf(x: readonly number[], y: readonly number[]): number {
  const i = y.indexOf(least(y));
  if (i === 0 || i === x.length - 1) return x[i];
  const [left, right] = [x[i] - x[i - 1], x[i] - x[i + 1]];
  const [below, above] = [y[i] - y[i - 1], y[i] - y[i + 1]];
  const bottom = left * above - right * below;
  if (bottom === 0) return x[i];
  return x[i] - (left ** 2 * above - right ** 2 * below) / (2 * bottom);
}

/** @param others neurons of the same layer, for the null */
export async function removalsOf(own: Column, others: readonly Column[], request: RemovalRequest): Promise<Removal[]> {
  const { seed, events, elsewhere, neutral } = request;
  const [constant, ...constants] = await optimalConstants([own, ...others], request.found);
  const removals: Removal[] = [];
  for (const [k, kind] of REMOVALS.entries()) {
    const runs = own.removed(kind, seed, constant);
    const at = await meanChange(events, runs);
    const away = await meanChange(elsewhere, runs);
    const apart = await meanChange(neutral, runs);
    const draws = await nullOf(kind, others, constants, request);
    removals.push({
      kind,
      constant: own.constantOf(kind, constant),
      event: besideNull(average(at.logMass[EVENT]), meanInterval(at.logMass[EVENT], seed), draws),
      control: meanOver(at.logMass[CONTROL], seed),
      difference: meanOver(differences(at.logMass[EVENT], at.logMass[CONTROL]), seed),
      elsewhere: meanOver(away.logMass[CONTROL], seed),
      specificity: Math.abs(average(at.logMass[EVENT])) / Math.abs(average(away.logMass[CONTROL])),
      klAtEvents: meanOver(at.kl, seed),
      klNeutral: meanOver(apart.kl, seed),
    });
    request.onProgress?.(k + 1, REMOVALS.length);
  }
  return removals;
}

/** The mean of several runs, place by place. */
async function meanChange(measure: Measure, runs: readonly NeuronValue[]): Promise<Change> {
  const changes = await measure.changes(runs.map((run) => [run]));
  return {
    logMass: changes[0].logMass.map((_, s) => averaged(changes.map(({ logMass }) => logMass[s]))),
    kl: averaged(changes.map(({ kl }) => kl)),
  };
}

/** Change of log p(event) at events by the same removal of each of the other neurons; one draw each where values are resampled. */
async function nullOf(
  kind: RemovalKind,
  others: readonly Column[],
  constants: readonly number[],
  { events, seed }: RemovalRequest,
): Promise<number[]> {
  const variants = others.map((column, c): Variant => [column.removed(kind, seed, constants[c], 1)[0]]);
  return (await events.changes(variants)).map(({ logMass }) => average(logMass[EVENT]));
}
