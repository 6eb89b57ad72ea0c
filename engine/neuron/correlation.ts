// Step 1: which hidden neurons are high or low where an event happens, all of them at once, against shuffled labels.
import type { Executor } from "../activations/executor.ts";
import type { Reals } from "../activations/packing.ts";
import { greatest } from "../base/greatest.ts";
import { Random } from "../base/random.ts";
import type { Correlation, NeuronTable } from "../choices/neuron.ts";
import type { ModelConfig } from "../model/model.ts";
import { aurocOf, MOST_RANKED, Ranker } from "./auroc.ts";
import { hiddenLayers } from "./hidden-layers.ts";
import { Moments } from "./moments.ts";
import { type Place, type ReadText, sampledPlaces, splitOf } from "./place.ts";
import { GROUPS, groupOf, QuantileBins } from "./quantile-bins.ts";

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
  /** Bytes that one layer's activations may take before sketches take their place (default 1 GB). */
  readonly memory?: number;
  readonly between?: () => void;
  readonly onProgress?: (done: number, total: number) => void;
}

/** One of the best neurons so far. */
interface Candidate {
  readonly layer: number;
  readonly neuron: number;
  readonly auroc: number;
  readonly heldOut: number;
}

const usualMemory = 1e9;

/** Places that are held and ranked as they are; a study of more goes by sketches, and looks closer at a sample of so many. */
export function placesHeld({ dModel, dMlp }: Pick<ModelConfig, "dModel" | "dMlp">, memory = usualMemory): number {
  return Math.min(MOST_RANKED, Math.floor(memory / (4 * (dModel + dMlp))));
}

/**
 * Every place of every neuron is ranked, one layer after another, where the activations of a layer fit into memory; else every place is
 * counted between the quantiles of its neuron, all layers at once, and an AUROC is known within a bound.
 *
 * @see Bau et al. 2019, "Identifying and controlling important neurons"; the null of the maximum is Westfall and Young's (1993)
 */
export async function correlate(executor: Executor, request: CorrelationRequest): Promise<Correlation> {
  const { texts, places } = request;
  const tokens = texts.reduce((sum, { ids }) => sum + ids.length, 0);
  const held = placesHeld(executor.model.config, request.memory);
  return Math.max(tokens, places.length) <= held ? ranked(executor, request) : counted(executor, request);
}

/** By ranks: exact. */
async function ranked(executor: Executor, request: CorrelationRequest): Promise<Correlation> {
  const { texts, places, labels, draws, top, seed } = request;
  const { nLayers, dMlp } = executor.model.config;
  const of = (split: ReadText["split"]) => places.flatMap((place, i) => (splitOf(texts, place) === split ? [i] : []));
  const [discovery, heldOut] = [of("discovery"), of("heldOut")];
  const events = { discovery: eventsAmong(discovery, labels), heldOut: eventsAmong(heldOut, labels) };
  const isOwn = ownOf(request);
  const random = Random.seeded(seed, "neuron labels");
  const numbers = discovery.map((_, i) => i);
  const shuffles = Array.from({ length: draws }, () =>
    Int32Array.from(random.sample(numbers, events.discovery.length)),
  );
  const nullMaxima = new Float64Array(draws);
  const table = emptyTable(nLayers, dMlp);
  const best: Candidate[] = [];
  const own = new Float32Array(discovery.length);
  const unseen = new Float32Array(heldOut.length);
  const [ranker, heldOutRanker] = [new Ranker(discovery.length), new Ranker(heldOut.length)];
  for await (const { layer, hidden } of hiddenLayers(executor, { ...wanted(request), between: request.between })) {
    for (let neuron = 0; neuron < dMlp; neuron++) {
      for (let i = 0; i < own.length; i++) own[i] = hidden[discovery[i] * dMlp + neuron];
      const ranks = ranker.rank(own);
      const at = layer * dMlp + neuron;
      table.auroc[at] = aurocOf(ranks, events.discovery);
      shuffles.forEach(
        (shuffle, s) => (nullMaxima[s] = Math.max(nullMaxima[s], Math.abs(aurocOf(ranks, shuffle) - 0.5))),
      );
      offer(best, top, { layer, neuron, auroc: table.auroc[at] }, () => {
        for (let i = 0; i < unseen.length; i++) unseen[i] = hidden[heldOut[i] * dMlp + neuron];
        return aurocOf(heldOutRanker.rank(unseen), events.heldOut);
      });
      if (neuron % 256 === 0) request.between?.();
    }
    const moments = new Moments(hidden.subarray(0, dMlp), dMlp);
    moments.add(hidden, isOwn, labels);
    moments.fill(table, layer * dMlp);
    request.onProgress?.(layer + 1, nLayers);
  }
  return {
    places: { discovery: discovery.length, heldOut: heldOut.length },
    events: { discovery: events.discovery.length, heldOut: events.heldOut.length },
    table,
    nullMaxima: [...nullMaxima],
    best: best.map((one) => bestNeuron(one, table, nullMaxima)),
    sketch: undefined,
  };
}

/** Numbers of bins, the most first. */
const BINS = [256, 128, 64, 32];
/** Numbers that a sketch holds for each bin: an edge, a score, and the counts of the groups. */
const numbersOfBin = 2 + GROUPS;
/** Places whose quantiles are the edges. */
const sampled = 16_384;

/** By sketches: all layers at once, in memory that does not grow with the places. */
async function counted(executor: Executor, request: CorrelationRequest): Promise<Correlation> {
  const { texts, places, labels, draws, top, memory = usualMemory } = request;
  const { nLayers, dMlp } = executor.model.config;
  const isFit = (bins: number) => 4 * numbersOfBin * bins * nLayers * dMlp <= memory;
  const bins = BINS.find(isFit) ?? BINS[BINS.length - 1];
  const counts = countsOf(request);
  const layers: { bins: QuantileBins; moments: Moments }[] = [];
  const edgesFrom = sampledPlaces(request, Math.min(sampled, placesHeld(executor.model.config, memory)), request.seed);
  const sample = { texts, places: edgesFrom.map((i) => places[i]) };
  for await (const { hidden } of hiddenLayers(executor, { ...wanted(sample), between: request.between }))
    layers.push({ bins: new QuantileBins(hidden, dMlp, bins, draws), moments: new Moments(hidden, dMlp) });
  const isOwn = ownOf(request);
  const memberships = new Memberships(request.seed, draws, counts);
  for (let from = 0; from < places.length;) {
    const to = endOfChunk(places, from, placesHeld(executor.model.config, Math.min(memory, chunkMemory)));
    const [own, events] = [isOwn.subarray(from, to), labels.subarray(from, to)];
    const groups = events.map((event, i) => groupOf(!own[i], event === 1));
    const members = memberships.of(own);
    const chunk = wanted(part(request, from, to));
    for await (const { layer, hidden } of hiddenLayers(executor, { ...chunk, between: request.between })) {
      layers[layer].bins.add(hidden, groups, members);
      layers[layer].moments.add(hidden, own, events);
    }
    from = to;
    request.onProgress?.(from, places.length);
  }
  const table = emptyTable(nLayers, dMlp);
  const nullMaxima = new Float64Array(draws);
  const best: Candidate[] = [];
  let bound = 0;
  for (const [layer, sketch] of layers.entries()) {
    sketch.moments.fill(table, layer * dMlp);
    for (let neuron = 0; neuron < dMlp; neuron++) {
      const own = sketch.bins.auroc(neuron, false);
      table.auroc[layer * dMlp + neuron] = own.auroc;
      bound = Math.max(bound, own.bound);
      for (let s = 0; s < draws; s++) {
        const away = Math.abs(sketch.bins.shuffledDifference(neuron, s, counts.events.discovery));
        nullMaxima[s] = Math.max(nullMaxima[s], away);
      }
      offer(best, top, { layer, neuron, auroc: own.auroc }, () => sketch.bins.auroc(neuron, true).auroc);
    }
  }
  return {
    ...counts,
    table,
    nullMaxima: [...nullMaxima],
    best: best.map((one) => bestNeuron(one, table, nullMaxima)),
    sketch: { bins, bound },
  };
}

/** Bytes that the activations of one chunk may take. */
const chunkMemory = 32e6;

/** The end of a chunk of places that begins at a text's first place and holds whole texts, one at least. */
function endOfChunk(places: readonly Place[], from: number, most: number): number {
  let to = from;
  while (to < places.length) {
    const next = endOfText(places, to);
    if (next - from > most && to > from) break;
    to = next;
  }
  return to;
}

function endOfText(places: readonly Place[], from: number): number {
  let to = from + 1;
  while (to < places.length && places[to].text === places[from].text) to++;
  return to;
}

/** Places from … to − 1, with none but their texts, which are numbered anew. */
function part({ texts, places }: Pick<CorrelationRequest, "texts" | "places">, from: number, to: number) {
  const first = places[from].text;
  return {
    texts: texts.slice(first, places[to - 1].text + 1),
    places: places.slice(from, to).map(({ text, position }) => ({ text: text - first, position })),
  };
}

function countsOf(request: CorrelationRequest): Pick<Correlation, "places" | "events"> {
  const isOwn = ownOf(request);
  const [places, events] = [
    { discovery: 0, heldOut: 0 },
    { discovery: 0, heldOut: 0 },
  ];
  request.labels.forEach((label, i) => {
    const split = isOwn[i] ? "discovery" : "heldOut";
    places[split]++;
    events[split] += label;
  });
  return { places, events };
}

/** By place: 1 for discovery. */
function ownOf({ texts, places }: Pick<CorrelationRequest, "texts" | "places">): Uint8Array {
  return Uint8Array.from(places, (place) => Number(splitOf(texts, place) === "discovery"));
}

/** Which shuffles call a place an event: each as many discovery places as there are events, all sets of so many equally likely. */
class Memberships {
  private readonly random: Random;
  private readonly needed: number[];
  private left: number;

  constructor(seed: number, draws: number, { places, events }: Pick<Correlation, "places" | "events">) {
    this.random = Random.seeded(seed, "neuron labels");
    this.needed = Array.from({ length: draws }, () => events.discovery);
    this.left = places.discovery;
  }

  /** By place, those that come next. */
  of(isOwn: Uint8Array): number[][] {
    return Array.from(isOwn, (own) => {
      if (!own) return [];
      const chosen = this.needed.flatMap((needed, s) => (this.random.uniform() * this.left < needed ? [s] : []));
      for (const s of chosen) this.needed[s]--;
      this.left--;
      return chosen;
    });
  }
}

function bestNeuron({ layer, neuron, auroc, heldOut }: Candidate, table: NeuronTable, nullMaxima: Float64Array) {
  return {
    layer,
    neuron,
    auroc,
    aurocHeldOut: heldOut,
    pointBiserial: table.pointBiserial[layer * table.dMlp + neuron],
    p: (1 + nullMaxima.filter((size) => size >= Math.abs(auroc - 0.5)).length) / (1 + nullMaxima.length),
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

/** Keeps the farthest from .5, the first of equals. */
function offer(best: Candidate[], top: number, found: Omit<Candidate, "heldOut">, heldOut: () => number): void {
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
