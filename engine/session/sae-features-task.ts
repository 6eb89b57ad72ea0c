// Looks at the features of a dictionary: which there are, where they fire, what they write, and what a task takes from them.
import { basename, dirname, resolve } from "node:path";
import type { Executor } from "../activations/executor.ts";
import { writeFileAtomic } from "../base/atomic-file.ts";
import { EngineError } from "../base/errors.ts";
import { say, Sentence } from "../base/sentence.ts";
import { FILE_KINDS, readWholeText } from "../base/read-file.ts";
import type { FeatureLine, FeaturePage, SaeFeaturesResult, SaeFeaturesSettings } from "../choices/dictionary.ts";
import { neuronpediaFeature, readNeuronpedia } from "../choices/neuronpedia-feature.ts";
import { featureUnit, formatUnit } from "../circuit/unit.ts";
import { implausible } from "../dictionary/gate.ts";
import { hookOf } from "../dictionary/hooks.ts";
import { readLabels, writeLabels } from "../dictionary/labels.ts";
import { loadDictionary } from "../dictionary/load.ts";
import { SparseDictionary } from "../dictionary/sparse-dictionary.ts";
import { featureAttribution } from "../score/feature-attribution.ts";
import {
  excludedNote,
  exclusionsOf,
  placeOf,
  requireFeature,
  requireReconstructs,
  type WorkHooks,
} from "./dictionary-work.ts";
import { withModel } from "./open-model.ts";
import { type Activations, activationsOver, featuresOver, type OverText } from "./feature-activations.ts";
import { pagesOf, strongestOf } from "./feature-pages.ts";
import { withTask } from "./prepare.ts";

export interface SaeFeaturesHooks extends WorkHooks {
  readonly onProgress?: (done: number, total: number) => void;
}

type Effects = ReadonlyMap<number, NonNullable<FeatureLine["effect"]>>;

/**
 * @throws EngineError as `loadDictionary`, `placeOf` and `withTask`; "usage" for a feature or a token that there is not; "invalid-file"
 *   for labels that are none; "cancelled"
 */
export async function saeFeaturesTask(
  settings: SaeFeaturesSettings,
  hooks: SaeFeaturesHooks = {},
): Promise<SaeFeaturesResult> {
  const loaded = loadDictionary(settings.dictionary, settings);
  requireReconstructs(loaded);
  const { dSae, dIn } = loaded.weights;
  for (const feature of settings.features ?? []) requireFeature(feature, dSae);
  if (settings.labels !== undefined) writeLabels(loaded.file, labelsIn(settings.labels, dSae));
  const labels = readLabels(loaded.file);
  const effects = settings.task === undefined ? undefined : await effectsOn(settings.task, settings, dSae, hooks);
  return withModel(settings.model, hooks, async (executor, keep) => {
    const place = placeOf(executor, loaded, settings);
    const dictionary = keep(new SparseDictionary(loaded.weights));
    const exclude = exclusionsOf(executor.model, settings);
    const found = await activationsOver(executor, settings, place, dictionary, exclude, hooks);
    const over = (text: string | undefined) =>
      text === undefined ? undefined : featuresOver(executor, text, place, dictionary, settings);
    const [own, other] = [await over(settings.text), await over(settings.without)];
    const scores = scoresOf(executor, settings, found, { own, other, effects }, dSae);
    const lineOf = (feature: number): FeatureLine => ({
      feature,
      density: found.at[feature].length / found.tokens.length,
      listedBy: scores[feature],
      ...strongestOf(executor, found, feature),
      ...(labels.has(feature) && { label: labels.get(feature) }),
      ...(effects && { effect: effects.get(feature) }),
    });
    const listed = ranked(scores, isListed(settings, scores, labels)).slice(0, settings.top);
    const shown = settings.features ?? listed.slice(0, settings.pages);
    const pages = await pagesOf(executor, found, dictionary, place, shown, { lineOf, ...settings });
    const result: SaeFeaturesResult = {
      modelName: executor.model.name,
      dictionary: loaded.file,
      place,
      hook: hookOf(place.site, place.layer),
      states: found.tokens.length,
      list: listed.map(lineOf),
      pages,
      ...(own && { heatmap: heatmapOf(own, listed, dSae) }),
      notes: [
        ...loaded.notes,
        ...implausible(found.sums.figures(), dSae, dIn),
        excludedNote(exclude.counts),
        say`The strongest contexts overstate how selective a feature is; look at those of 50 to 90 % too.`,
        ...(effects
          ? [
              say`Effects on the task are estimates from gradients (attribution patching): they order features, they do not prove them.`,
            ]
          : []),
      ],
    };
    if (settings.neuronpedia !== undefined) writeNeuronpedia(settings.neuronpedia, result, dictionary);
    return result;
  });
}

/** By the size of what they are listed by. */
function ranked(scores: Float64Array, isListed: (feature: number) => boolean): number[] {
  return [...scores.keys()].filter(isListed).sort((a, b) => Math.abs(scores[b]) - Math.abs(scores[a]) || a - b);
}

/** Those with the label that is asked for; else those that what they are listed by says anything of. */
function isListed(
  { label }: SaeFeaturesSettings,
  scores: Float64Array,
  labels: ReadonlyMap<number, string>,
): (feature: number) => boolean {
  if (label === undefined) return (feature) => scores[feature] !== 0;
  const wanted = label.toLowerCase();
  return (feature) => labels.get(feature)?.toLowerCase().includes(wanted) ?? false;
}

function heatmapOf(
  { tokens, values }: OverText,
  features: readonly number[],
  dSae: number,
): SaeFeaturesResult["heatmap"] {
  return {
    tokens,
    features,
    values: tokens.map((_, t) => features.map((feature) => values[t * dSae + feature])),
  };
}

/** Estimated effects of features on a task's metric, on the examples that order them and on others. */
async function effectsOn(
  task: string,
  { model, dictionary }: SaeFeaturesSettings,
  dSae: number,
  { execution, signal }: SaeFeaturesHooks,
): Promise<Effects> {
  return withTask({ task, model, dictionary: [dictionary] }, { execution, signal }, async (prepared) => {
    const { executor, discovery, heldOut, ablation, laid } = prepared;
    const { metric } = prepared.task;
    const [own, other] = [
      await featureAttribution(executor, discovery, laid.spliced, { metric, ablation, signal }),
      heldOut.length > 0
        ? await featureAttribution(executor, heldOut, laid.spliced, { metric, ablation, signal })
        : undefined,
    ];
    const [{ layer }] = laid.spliced;
    return new Map(
      Array.from({ length: dSae }, (_, feature) => {
        const id = formatUnit(featureUnit(layer, feature));
        return [feature, { discovery: own.get(id) ?? 0, heldOut: other?.get(id) ?? NaN }];
      }),
    );
  });
}

/** What features are listed by; 0 where that says nothing of one. */
function scoresOf(
  executor: Executor,
  { token }: SaeFeaturesSettings,
  found: Activations,
  by: {
    readonly own: OverText | undefined;
    readonly other: OverText | undefined;
    readonly effects: Effects | undefined;
  },
  dSae: number,
): Float64Array {
  const { own, other, effects } = by;
  if (own) {
    const [here, there] = [own, other].map((over) => (over ? largestOf(over.values, dSae) : new Float64Array(dSae)));
    return here.map((value, j) => (there[j] === 0 ? value : 0));
  }
  if (token !== undefined) return meansOn(executor, token, found);
  if (effects) return Float64Array.from({ length: dSae }, (_, j) => effects.get(j)?.discovery ?? 0);
  return found.sums.density();
}

function meansOn({ model }: Executor, token: string, { at, tokens }: Activations): Float64Array {
  const wanted = token.trim();
  const fits = tokens.map(({ ids, position }) => model.tokenizer.token(ids[position]).trim() === wanted);
  const count = fits.filter(Boolean).length;
  if (count === 0)
    throw new EngineError("usage", say`No token ${JSON.stringify(token)} stands in the texts that were looked at.`);
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

function labelsIn(file: string, dSae: number): ReadonlyMap<number, string> {
  const read = readNeuronpedia(file, readWholeText(file, FILE_KINDS.result));
  if (read instanceof Sentence) throw new EngineError("invalid-file", read, { place: { file } });
  const labels = new Map<number, string>();
  for (const { page } of read) {
    requireFeature(page.feature, dSae);
    if (page.label !== undefined) labels.set(page.feature, page.label);
  }
  return labels;
}

function writeNeuronpedia(
  file: string,
  { modelName, dictionary: weights, place, hook, pages }: SaeFeaturesResult,
  dictionary: SparseDictionary,
): void {
  const source = { model: modelName, layer: place.layer, name: basename(dirname(resolve(weights))), hook };
  const features = pages.map((page: FeaturePage) =>
    neuronpediaFeature(page, source, dictionary.direction(page.feature)),
  );
  writeFileAtomic(file, `${JSON.stringify(features)}\n`);
}
