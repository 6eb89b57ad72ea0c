// Step 1: which hidden neurons are high or low where an event happens, all of them at once, against shuffled labels.
import type { Executor } from "../activations/executor.ts";
import type { Reals } from "../activations/packing.ts";
import { greatest } from "../base/greatest.ts";
import { Random } from "../base/random.ts";
import type { Correlation, NeuronTable } from "../choices/neuron.ts";
import { aurocOf, Ranker } from "./auroc.ts";
import { hiddenLayers } from "./hidden-layers.ts";
import { type Place, type ReadText, splitOf } from "./place.ts";

export interface CorrelationRequest {
  readonly texts: readonly ReadText[];
  readonly places: readonly Place[];
  /** By place: 1 at an event. */
  readonly labels: Uint8Array;
  /** Shuffles of the labels. */
  readonly draws: number;
  /** Neurons listed as best. */
  readonly top: number;
  readonly seed: number;
  readonly between?: () => void;
  readonly onProgress?: (done: number, total: number) => void;
}

/** Neurons whose columns are held until it is known which are best. */
interface Candidate {
  readonly layer: number;
  readonly neuron: number;
  readonly auroc: number;
  readonly heldOut: Float32Array;
}

/**
 * Exact: every place of every neuron is ranked. Layers are gone through one after another, so that one layer's activations are held.
 *
 * @see Bau et al. 2019, "Identifying and controlling important neurons"; the null of the maximum is Westfall and Young's (1993)
 */
export async function correlate(executor: Executor, request: CorrelationRequest): Promise<Correlation> {
  const { texts, places, labels, draws, top, seed } = request;
  const { nLayers, dMlp } = executor.model.config;
  const of = (split: ReadText["split"]) => places.flatMap((place, i) => (splitOf(texts, place) === split ? [i] : []));
  const [discovery, heldOut] = [of("discovery"), of("heldOut")];
  const events = { discovery: eventsAmong(discovery, labels), heldOut: eventsAmong(heldOut, labels) };
  const random = Random.seeded(seed, "neuron labels");
  const numbers = discovery.map((_, i) => i);
  const shuffles = Array.from({ length: draws }, () =>
    Int32Array.from(random.sample(numbers, events.discovery.length)),
  );
  const nullMaxima = new Float64Array(draws);
  const table = emptyTable(nLayers, dMlp);
  const best: Candidate[] = [];
  const column = new Float32Array(places.length);
  const own = new Float32Array(discovery.length);
  const [ranker, heldOutRanker] = [new Ranker(discovery.length), new Ranker(heldOut.length)];
  for await (const { layer, hidden } of hiddenLayers(executor, { ...wanted(request), between: request.between })) {
    for (let neuron = 0; neuron < dMlp; neuron++) {
      for (let i = 0; i < column.length; i++) column[i] = hidden[i * dMlp + neuron];
      for (let i = 0; i < own.length; i++) own[i] = column[discovery[i]];
      const ranks = ranker.rank(own);
      const at = layer * dMlp + neuron;
      table.auroc[at] = aurocOf(ranks, events.discovery);
      shuffles.forEach(
        (shuffle, s) => (nullMaxima[s] = Math.max(nullMaxima[s], Math.abs(aurocOf(ranks, shuffle) - 0.5))),
      );
      describe(table, at, column, own, events.discovery);
      offer(best, top, { layer, neuron, auroc: table.auroc[at] }, () =>
        Float32Array.from(heldOut, (place) => column[place]),
      );
      if (neuron % 256 === 0) request.between?.();
    }
    request.onProgress?.(layer + 1, nLayers);
  }
  return {
    places: { discovery: discovery.length, heldOut: heldOut.length },
    events: { discovery: events.discovery.length, heldOut: events.heldOut.length },
    table,
    nullMaxima: [...nullMaxima],
    best: best.map(({ layer, neuron, auroc, heldOut: values }) => ({
      layer,
      neuron,
      auroc,
      aurocHeldOut: aurocOf(heldOutRanker.rank(values), events.heldOut),
      pointBiserial: table.pointBiserial[layer * dMlp + neuron],
      p: (1 + nullMaxima.filter((size) => size >= Math.abs(auroc - 0.5)).length) / (1 + draws),
    })),
  };
}

/** The places by text, for the run. */
function wanted({ texts, places }: Pick<CorrelationRequest, "texts" | "places">) {
  const positions: number[][] = texts.map(() => []);
  for (const { text, position } of places) positions[text].push(position);
  // What stands behind the last place of a text is not looked at.
  return { texts: texts.map(({ ids }, t) => ids.slice(0, (positions[t].at(-1) ?? -1) + 1)), positions };
}

/** Numbers within a list of places of those that are events. */
function eventsAmong(places: readonly number[], labels: Uint8Array): Int32Array {
  return Int32Array.from(places.flatMap((place, i) => (labels[place] ? [i] : [])));
}

function emptyTable(nLayers: number, dMlp: number): NeuronTable {
  const numbers = () => new Float32Array(nLayers * dMlp);
  return {
    nLayers,
    dMlp,
    auroc: numbers(),
    pointBiserial: numbers(),
    meanOn: numbers(),
    meanOff: numbers(),
    mean: numbers(),
    meanAbsolute: numbers(),
    deviation: numbers(),
    min: numbers(),
    max: numbers(),
  };
}

function describe(table: NeuronTable, at: number, all: Float32Array, own: Float32Array, events: Int32Array): void {
  let [sum, absolute, min, max] = [0, 0, Infinity, -Infinity];
  for (let i = 0; i < all.length; i++) {
    sum += all[i];
    absolute += Math.abs(all[i]);
    min = Math.min(min, all[i]);
    max = Math.max(max, all[i]);
  }
  const mean = sum / all.length;
  let squares = 0;
  for (let i = 0; i < all.length; i++) squares += (all[i] - mean) ** 2;
  let [on, total] = [0, 0];
  for (let i = 0; i < events.length; i++) on += own[events[i]];
  for (let i = 0; i < own.length; i++) total += own[i];
  const ownMean = total / own.length;
  let ownSquares = 0;
  for (let i = 0; i < own.length; i++) ownSquares += (own[i] - ownMean) ** 2;
  const [n1, n0] = [events.length, own.length - events.length];
  const [meanOn, meanOff] = [on / n1, (total - on) / n0];
  const ownDeviation = Math.sqrt(ownSquares / own.length);
  table.mean[at] = mean;
  table.meanAbsolute[at] = absolute / all.length;
  table.deviation[at] = Math.sqrt(squares / all.length);
  table.min[at] = min;
  table.max[at] = max;
  table.meanOn[at] = meanOn;
  table.meanOff[at] = meanOff;
  // r = (m₁ − m₀) √(n₁ n₀) / (n s); a neuron that never moves goes with nothing.
  table.pointBiserial[at] =
    ownDeviation === 0 ? 0 : ((meanOn - meanOff) * Math.sqrt(n1 * n0)) / (own.length * ownDeviation);
}

/** Keeps the farthest from .5, the first of equals. */
function offer(best: Candidate[], top: number, found: Omit<Candidate, "heldOut">, heldOut: () => Float32Array): void {
  const size = Math.abs(found.auroc - 0.5);
  const isBelow = (other: Candidate) => Math.abs(other.auroc - 0.5) < size;
  if (best.length === top && !isBelow(best[top - 1])) return;
  const at = best.findIndex(isBelow);
  best.splice(at < 0 ? best.length : at, 0, { ...found, heldOut: heldOut() });
  if (best.length > top) best.pop();
}

/** The activations of chosen neurons at all places, "place", in their order. */
export async function columnsOf(
  executor: Executor,
  request: Pick<CorrelationRequest, "texts" | "places" | "between">,
  neurons: readonly { readonly layer: number; readonly neuron: number }[],
): Promise<Float32Array[]> {
  const { dMlp } = executor.model.config;
  const columns = neurons.map(() => new Float32Array(request.places.length));
  const until = greatest(neurons.map(({ layer }) => layer));
  for await (const { layer, hidden } of hiddenLayers(executor, {
    ...wanted(request),
    until,
    between: request.between,
  })) {
    neurons.forEach((one, n) => {
      if (one.layer === layer) fill(columns[n], hidden, dMlp, one.neuron);
    });
  }
  return columns;
}

function fill(column: Float32Array, hidden: Reals, dMlp: number, neuron: number): void {
  for (let i = 0; i < column.length; i++) column[i] = hidden[i * dMlp + neuron];
}
