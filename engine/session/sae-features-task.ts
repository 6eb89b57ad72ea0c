// Looks at the features of a dictionary: which there are, where they fire, what they write, and which are alike.
import type { Executor } from "../activations/executor.ts";
import { EngineError } from "../base/errors.ts";
import type {
  ContextBand,
  FeatureContext,
  FeatureLine,
  FeaturePage,
  SaeFeaturesResult,
  SaeFeaturesSettings,
} from "../choices/dictionary.ts";
import { implausible } from "../dictionary/gate.ts";
import { loadDictionary } from "../dictionary/load.ts";
import { meanOf } from "../dictionary/nulls.ts";
import { ReconstructionSums } from "../dictionary/reconstruction.ts";
import { rowNorms, SparseDictionary } from "../dictionary/sparse-dictionary.ts";
import { type ExclusionRule, type SitePlace, statesOf } from "../dictionary/states.ts";
import {
  excludedNote,
  exclusionsOf,
  openCorpus,
  placeOf,
  requireReconstructs,
  type WorkHooks,
  withModel,
} from "./dictionary-work.ts";
import { byLogit } from "./written-tokens.ts";

export interface SaeFeaturesHooks extends WorkHooks {
  readonly onProgress?: (done: number, total: number) => void;
}

/** Tokens shown before and behind the one at which a feature fires. */
const around = 6;
const bins = 10;
const alike = 5;

/** Where each feature fires: one entry a state, sparse. */
interface Activations {
  /** By feature: states and values. */
  readonly at: { readonly state: number; readonly value: number }[][];
  readonly tokens: { readonly ids: readonly number[]; readonly position: number }[];
  readonly sums: ReconstructionSums;
}

/** @throws EngineError as `loadDictionary` and `placeOf`; "usage" for a feature that there is not; "cancelled" */
export async function saeFeaturesTask(
  settings: SaeFeaturesSettings,
  hooks: SaeFeaturesHooks = {},
): Promise<SaeFeaturesResult> {
  const loaded = loadDictionary(settings.dictionary, settings);
  requireReconstructs(loaded);
  const { dSae, dIn } = loaded.weights;
  for (const feature of settings.features ?? []) requireFeature(feature, dSae);
  return withModel(settings.model, hooks, async (executor) => {
    const place = placeOf(executor, loaded, settings);
    const dictionary = new SparseDictionary(loaded.weights);
    try {
      const exclude = exclusionsOf(executor.model, settings);
      const found = await gather(executor, settings, place, dictionary, exclude, hooks);
      const own =
        settings.text === undefined ? undefined : await overText(executor, settings.text, place, dictionary, settings);
      const other =
        settings.without === undefined
          ? undefined
          : await overText(executor, settings.without, place, dictionary, settings);
      const scores = scoresOf(executor, settings, found, own, other, dSae);
      const list = [...scores.entries()]
        .filter(([, score]) => score > 0)
        .sort((a, b) => b[1] - a[1] || a[0] - b[0])
        .slice(0, settings.top)
        .map(([feature, score]) => lineOf(executor, found, feature, score));
      const pages: FeaturePage[] = [];
      for (const feature of settings.features ?? list.slice(0, 3).map((line) => line.feature)) {
        pages.push(await pageOf(executor, found, dictionary, feature, scores[feature], settings.contexts));
      }
      const features = list.map(({ feature }) => feature);
      return {
        modelName: executor.model.name,
        dictionary: loaded.file,
        place,
        states: found.tokens.length,
        list,
        pages,
        ...(own && {
          heatmap: {
            tokens: own.tokens,
            features,
            values: own.tokens.map((_, t) => features.map((feature) => own.values[t * dSae + feature])),
          },
        }),
        notes: [
          ...loaded.notes,
          ...implausible(found.sums.figures(), dSae, dIn),
          excludedNote(exclude.counts),
          "The strongest contexts overstate how selective a feature is; look at those of 50 to 90 % too.",
        ],
      };
    } finally {
      await dictionary.dispose();
    }
  });
}

export function requireFeature(feature: number, features: number): void {
  if (feature < features) return;
  throw new EngineError("usage", `There is no feature ${feature}; the dictionary has features 0 to ${features - 1}.`);
}

async function gather(
  executor: Executor,
  settings: SaeFeaturesSettings,
  place: SitePlace,
  dictionary: SparseDictionary,
  exclude: ExclusionRule,
  { signal, onProgress }: SaeFeaturesHooks,
): Promise<Activations> {
  const { dSae, dIn } = dictionary.weights;
  const corpus = await openCorpus(executor.model, settings, signal);
  const at = Array.from({ length: dSae }, (): Activations["at"][number] => []);
  const tokens: Activations["tokens"] = [];
  let sums: ReconstructionSums | undefined;
  let before = 0;
  for await (const batch of statesOf(executor, corpus.texts("heldOut"), [place], { ...settings, exclude, signal })) {
    const features = await dictionary.encode(batch.rows[0]);
    sums ??= new ReconstructionSums(dIn, dSae, meanOf(batch.rows[0], dIn));
    sums.add(batch.rows[0], dictionary.decode(features, batch.rows[0]), features);
    batch.tokens.forEach(({ text, position }, row) => {
      const state = tokens.push({ ids: batch.texts[text - before].ids, position }) - 1;
      for (let j = 0; j < dSae; j++) {
        const value = features[row * dSae + j];
        if (value !== 0) at[j].push({ state, value });
      }
    });
    before += batch.texts.length;
    onProgress?.(Math.min(tokens.length, settings.tokens), settings.tokens);
    if (tokens.length >= settings.tokens) break;
  }
  if (signal?.aborted) throw new EngineError("cancelled", "Stopped on request.");
  if (!sums || tokens.length === 0)
    throw new EngineError("usage", `${corpus.file}: no state counts. Give more or longer texts.`);
  return { at, tokens, sums };
}

interface OverText {
  readonly tokens: readonly string[];
  /** "token feature"; 0 at tokens that do not count. */
  readonly values: Float32Array;
}

async function overText(
  executor: Executor,
  text: string,
  place: SitePlace,
  dictionary: SparseDictionary,
  settings: SaeFeaturesSettings,
): Promise<OverText> {
  const { tokenizer } = executor.model;
  const ids = tokenizer.withBos(settings.bos).encode(text);
  if (ids.length < 2)
    throw new EngineError("usage", `The text ${JSON.stringify(text)} has one token; give a longer one.`);
  const { dSae } = dictionary.weights;
  const values = new Float32Array(ids.length * dSae);
  const exclude = exclusionsOf(executor.model, { ...settings, keepOutlying: true }, true);
  for await (const { rows, tokens } of statesOf(executor, [{ ids }], [place], { ...settings, exclude })) {
    const features = await dictionary.encode(rows[0]);
    tokens.forEach(({ position }, row) => values.set(features.subarray(row * dSae, (row + 1) * dSae), position * dSae));
  }
  return { tokens: ids.map((id) => tokenizer.token(id)), values };
}

/** What features are listed by. */
function scoresOf(
  executor: Executor,
  { token }: SaeFeaturesSettings,
  { at, tokens, sums }: Activations,
  own: OverText | undefined,
  other: OverText | undefined,
  dSae: number,
): Float64Array {
  if (own) {
    const [here, there] = [own, other].map((over) => (over ? largestOf(over.values, dSae) : new Float64Array(dSae)));
    return here.map((value, j) => (there[j] === 0 ? value : 0));
  }
  if (token === undefined) return sums.density();
  const wanted = token.trim();
  const fits = tokens.map(({ ids, position }) => executor.model.tokenizer.token(ids[position]).trim() === wanted);
  const count = fits.filter(Boolean).length;
  if (count === 0)
    throw new EngineError("usage", `No token ${JSON.stringify(token)} stands in the texts that were looked at.`);
  return Float64Array.from(
    at,
    (places) => places.reduce((sum, { state, value }) => sum + (fits[state] ? value : 0), 0) / count,
  );
}

function largestOf(values: Float32Array, dSae: number): Float64Array {
  const most = new Float64Array(dSae);
  values.forEach((value, at) => (most[at % dSae] = Math.max(most[at % dSae], value)));
  return most;
}

function lineOf({ model }: Executor, { at, tokens }: Activations, feature: number, listedBy: number): FeatureLine {
  const strongest = at[feature].reduce((best, one) => (one.value > best.value ? one : best), { state: -1, value: 0 });
  const token = tokens.at(strongest.state);
  return {
    feature,
    density: at[feature].length / tokens.length,
    max: strongest.value,
    listedBy,
    topToken: strongest.state < 0 || !token ? "" : model.tokenizer.token(token.ids[token.position]),
  };
}

async function pageOf(
  executor: Executor,
  found: Activations,
  dictionary: SparseDictionary,
  feature: number,
  listedBy: number,
  contexts: number,
): Promise<FeaturePage> {
  const line = lineOf(executor, found, feature, listedBy);
  const sorted = [...found.at[feature]].sort((a, b) => b.value - a.value || a.state - b.state);
  const histogram = new Array<number>(bins).fill(0);
  for (const { value } of sorted) histogram[Math.min(bins - 1, Math.floor((bins * value) / line.max))]++;
  const { dModel } = executor.model.config;
  const direction = dictionary.direction(feature);
  const written =
    direction.length === dModel
      ? await byLogit({ executor, model: executor.model }, direction)
      : { promoted: [], suppressed: [] };
  return {
    ...line,
    bands: bandsOf(executor, found, sorted, contexts),
    histogram,
    raises: written.promoted,
    lowers: written.suppressed,
    nearest: nearestOf(dictionary, feature),
  };
}

function bandsOf(
  executor: Executor,
  { tokens }: Activations,
  sorted: Activations["at"][number],
  contexts: number,
): ContextBand[] {
  const n = sorted.length;
  const cut = (from: number, to: number) => spread(sorted.slice(Math.floor(from * n), Math.ceil(to * n)), contexts);
  const shown = (places: Activations["at"][number]) =>
    places.map(({ state, value }) => contextOf(executor, tokens[state], value));
  return [
    { band: "max", contexts: shown(sorted.slice(0, contexts)) },
    { band: "50-90", contexts: shown(cut(0.1, 0.5)) },
    { band: "below-50", contexts: shown(cut(0.5, 1)) },
  ];
}

/** At most so many, evenly out of all. */
function spread<T>(items: readonly T[], most: number): T[] {
  if (items.length <= most) return [...items];
  return Array.from({ length: most }, (_, i) => items[Math.floor((i * items.length) / most)]);
}

function contextOf(
  { model }: Executor,
  { ids, position }: Activations["tokens"][number],
  value: number,
): FeatureContext {
  const words = (from: number, to: number) =>
    ids
      .slice(Math.max(0, from), to)
      .map((id) => model.tokenizer.token(id))
      .join("");
  return {
    before: words(position - around, position),
    token: words(position, position + 1),
    after: words(position + 1, position + 1 + around),
    value,
  };
}

function nearestOf({ weights: { wDec, dSae, dOut } }: SparseDictionary, feature: number): FeaturePage["nearest"] {
  const norms = rowNorms(wDec, dSae, dOut);
  const cosines = Array.from({ length: dSae }, (_, j) => {
    let sum = 0;
    for (let i = 0; i < dOut; i++) sum += wDec[feature * dOut + i] * wDec[j * dOut + i];
    return { feature: j, cosine: norms[j] * norms[feature] > 0 ? sum / (norms[j] * norms[feature]) : 0 };
  });
  return cosines
    .filter((one) => one.feature !== feature)
    .sort((a, b) => b.cosine - a.cosine || a.feature - b.feature)
    .slice(0, alike);
}
