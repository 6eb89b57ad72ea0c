// Step 3: how the event answers to the strength of a neuron, from the bottom of what it ever gives to four times its most.
import { greatest } from "../base/greatest.ts";
import type { Executor } from "../activations/executor.ts";
import type { Dose, Strength } from "../choices/neuron.ts";
import { besideNull } from "../evaluate/null-figure.ts";
import { FrozenNorm } from "../readout/frozen-norm.ts";
import { Ranker } from "./auroc.ts";
import type { Variant } from "./beginnings-run.ts";
import { type Column, QUANTILES } from "./column.ts";
import { pearson } from "./correlation-of-two.ts";
import { average, differences, meanOver } from "./over-places.ts";
import { CONTROL, EVENT, type Stages } from "./removal.ts";
import { meanInterval } from "../evaluate/bootstrap.ts";

export interface StrengthRequest extends Pick<Stages, "events" | "neutral"> {
  /** Further values. */
  readonly values: readonly number[];
  /** Of the events measured: ids of event and control. */
  readonly sets: (place: number) => readonly (readonly number[])[];
  readonly seed: number;
}

/** KL on neutral text below which a dose is called safe, nats. */
const SAFE = 0.1;

/** The values that a neuron is set to, rising. */
function dosesOf(column: Column, further: readonly number[]): { readonly name: string; readonly value: number }[] {
  const [min, max] = [column.quantile(0), column.quantile(1)];
  const far = Math.abs(min) > Math.abs(max) ? min : max;
  const which = far === max ? "max" : "min";
  return [
    { name: "zero", value: 0 },
    { name: "mean", value: column.mean },
    ...QUANTILES.map((q) => ({ name: `q${Number((100 * q).toFixed(1))}`, value: column.quantile(q) })),
    ...[2, 4].map((times) => ({ name: `${times}${which}`, value: times * far })),
    ...further.map((value) => ({ name: "value", value })),
  ].sort((a, b) => a.value - b.value);
}

export async function strengthOf(
  executor: Executor,
  own: Column,
  others: readonly Column[],
  request: StrengthRequest,
): Promise<Strength> {
  const { events, neutral, seed } = request;
  const named = dosesOf(own, request.values);
  const activations = events.runs.activations(own.layer, own.neuron);
  const itself: Variant = [{ layer: own.layer, neuron: own.neuron, value: (place) => activations[place] }];
  const variants = named.map(({ value }): Variant => [own.to(value)]);
  const [kept, ...changes] = await events.changes([itself, ...variants]);
  const apart = await neutral.changes(variants);
  const direct = directChanges(executor, own, activations, request);
  const doses = named.map(({ name, value }, d): Dose => ({
    name,
    value,
    event: meanOver(changes[d].logMass[EVENT], seed),
    control: meanOver(changes[d].logMass[CONTROL], seed),
    klNeutral: average(apart[d].kl),
    direct: average(direct(value)),
    difference: average(differences(changes[d].logMass[EVENT], changes[d].logMass[CONTROL])),
  }));
  const swings = await swingsOf([own, ...others], events);
  const inside = doses.filter(
    ({ name, value }) => name.startsWith("q") && value >= own.quantile(0.05) && value <= own.quantile(0.95),
  );
  return {
    doses,
    spearman: spearman(
      doses.map(({ value }) => value),
      doses.map(({ event }) => event.mean),
    ),
    slope: slopeOf(inside) * own.deviation,
    swing: besideNull(average(swings[0]), meanInterval(swings[0], seed), swings.slice(1).map(average)),
    safe: safeAround(doses, own.mean),
    ownValue: greatest([...kept.logMass[EVENT], ...kept.logMass[CONTROL], ...kept.kl].map(Math.abs)),
    meanAtEvents: average(activations),
  };
}

/** Change from the 5 % to the 95 % quantile, by neuron, then place. */
async function swingsOf(columns: readonly Column[], events: StrengthRequest["events"]): Promise<Float64Array[]> {
  const ends = columns.flatMap((column): Variant[] => [
    [column.to(column.quantile(0.05))],
    [column.to(column.quantile(0.95))],
  ]);
  const changes = await events.changes(ends);
  return columns.map((_, c) => differences(changes[2 * c + 1].logMass[EVENT], changes[2 * c].logMass[EVENT]));
}

/**
 * What the neuron writes goes straight to the logits: Δlogit(v) = (c − a) (W_out[i] γ/σ) · W_U[v], with σ of the clean state (a layer norm
 * takes out the mean of W_out[i] first). Of log p(event) − log p(control) the normaliser drops out.
 *
 * @returns by value c the change at each place
 */
function directChanges(
  executor: Executor,
  own: Column,
  activations: Float64Array,
  { events, sets }: Pick<StrengthRequest, "events" | "sets">,
): (value: number) => Float64Array {
  const { model } = executor;
  const { dModel } = model.config;
  const states = events.runs.cleanStates();
  const written = events.runs.writes(own.layer, own.neuron);
  const places = Array.from(activations, (activation, place) => {
    const state = states.subarray(place * dModel, (place + 1) * dModel);
    const norm = new FrozenNorm(model, state);
    const [normed, direction] = [norm.through(state), norm.through(written)];
    const each = sets(place).map((ids) => {
      const rows = model.unembedRows(ids);
      const bias = model.unembedBias();
      const dot = (x: Float64Array, r: number) => x.reduce((sum, value, i) => sum + value * rows[r * dModel + i], 0);
      return ids.map((id, r) => ({ logit: dot(normed, r) + (bias?.[id] ?? 0), slope: dot(direction, r) }));
    });
    return { activation, each };
  });
  return (value) =>
    Float64Array.from(places, ({ activation, each }) => {
      const [event, control] = each.map((tokens) => massChange(tokens, value - activation));
      return event - control;
    });
}

/** Change of log Σ exp(logit) when each logit moves along its slope. */
function massChange(tokens: readonly { readonly logit: number; readonly slope: number }[], by: number): number {
  const mass = (step: number) => {
    const logits = tokens.map(({ logit, slope }) => logit + step * slope);
    const max = greatest(logits);
    return max + Math.log(logits.reduce((sum, x) => sum + Math.exp(x - max), 0));
  };
  return mass(by) - mass(0);
}

/** Pearson's r of the ranks; 0 where one of the two never moves. */
function spearman(x: readonly number[], y: readonly number[]): number {
  const ranker = new Ranker(x.length);
  return pearson(ranker.rank(x).slice(), ranker.rank(y).slice());
}

function slopeOf(doses: readonly Dose[]): number {
  const [x, y] = [doses.map(({ value }) => value), doses.map(({ event }) => event.mean)];
  const mean = average(x);
  const spread = x.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return spread === 0 ? 0 : x.reduce((sum, value, i) => sum + (value - mean) * y[i], 0) / spread;
}

/** The doses on either side of a value up to which KL stays below what is safe, going outwards. */
function safeAround(doses: readonly Dose[], mean: number): readonly [number, number] {
  const reach = (side: readonly Dose[]) => {
    const first = side.findIndex(({ klNeutral }) => klNeutral >= SAFE);
    return (first < 0 ? side : side.slice(0, first)).at(-1)?.value ?? mean;
  };
  return [
    reach(doses.filter(({ value }) => value <= mean).reverse()),
    reach(doses.filter(({ value }) => value >= mean)),
  ];
}
