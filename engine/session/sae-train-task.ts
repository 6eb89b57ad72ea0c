// Trains a dictionary of features on a model's states over a corpus, and writes it as SAELens reads it.
import { join, resolve } from "node:path";
import type { Executor } from "../activations/executor.ts";
import { EngineError } from "../base/errors.ts";
import { say, type Sentence } from "../base/sentence.ts";
import { makeFolder } from "../base/make-folder.ts";
import type {
  ComparedDictionary,
  Reconstruction,
  SaeTrainResult,
  SaeTrainSettings,
  SparsityChoice,
} from "../choices/dictionary.ts";
import type { Corpus } from "../corpus/corpus.ts";
import { meanOf } from "../dictionary/nulls.ts";
import { ReconstructionSums } from "../dictionary/reconstruction.ts";
import { SparseDictionary } from "../dictionary/sparse-dictionary.ts";
import { type SitePlace, statesOf, widthAt } from "../dictionary/states.ts";
import { requireMemory } from "../dictionary/training-memory.ts";
import type { DictionaryWeights } from "../dictionary/weights.ts";
import { writeDictionary } from "../dictionary/write.ts";
import { excludedNote, exclusionsOf, openCorpus, requireLayer } from "./dictionary-work.ts";
import { gatheredStates } from "./gathered-states.ts";
import { learn, type SaeTrainHooks } from "./learned-dictionary.ts";
import { withModel } from "./open-model.ts";

/** States that the reported figures are of, at most. */
const judgedOn = 20_000;
const featuresPerNumber = 8;

/**
 * One dictionary, and with `also` further ones of the same states in folders of its own.
 *
 * @throws EngineError "usage" for a site or layer that cannot be, k above the number of features, a corpus that gives too few states,
 *   more memory than there can be;
 *   "cancelled", after which the same call goes on to the same bytes
 */
export async function saeTrainTask(settings: SaeTrainSettings, hooks: SaeTrainHooks): Promise<SaeTrainResult> {
  const started = performance.now();
  return withModel(settings.model, hooks, async (executor) => {
    const places = placesOf(executor, settings);
    const widths = places.map((place) => widthAt(executor, place));
    const features = settings.features ?? featuresPerNumber * widths[0];
    requireKind(settings, features);
    const values = othersOf(settings, features);
    const name = sparsityChoice(settings.kind);
    for (const value of [settings[name], ...values]) {
      requireMemory({ ...settings, [name]: value, dIn: widths[0], dSae: features, dOut: widths.at(-1)! });
    }
    const corpus = await openCorpus(executor.model, settings, hooks.signal);
    makeFolder(hooks.folder);
    const folder = resolve(settings.out ?? join(hooks.folder, "dictionary"));
    // What refuses the folder is said before the work of learning.
    makeFolder(folder);
    const work: Work = { executor, corpus, places, widths, features };
    const runs = 1 + values.length;
    const own = await trained(settings, work, { into: folder, kept: hooks.folder }, asPart(hooks, 0, runs));
    const others: ComparedDictionary[] = [];
    for (const [v, value] of values.entries()) {
      const [into, kept] = [folder, hooks.folder].map((parent) => join(parent, `${name}-${value}`));
      [into, kept].forEach(makeFolder);
      const told = { ...asPart(hooks, v + 1, runs), onPoint: undefined };
      const { heldOut } = await trained({ ...settings, [name]: value }, work, { into, kept }, told);
      others.push({ value, folder: into, heldOut });
    }
    return {
      modelName: executor.model.name,
      folder,
      place: places[0],
      kind: settings.kind,
      features,
      width: widths[0],
      ...own,
      ...(others.length > 0 && { compared: { by: name, dictionaries: inOrder(settings, own, folder, others) } }),
      seconds: (performance.now() - started) / 1000,
      notes: [excludedNote(own.excluded), ...notesOn(settings, own.heldOut, widths[0])],
    };
  });
}

interface Work {
  readonly executor: Executor;
  readonly corpus: Corpus;
  readonly places: readonly SitePlace[];
  readonly widths: readonly number[];
  readonly features: number;
}

/** Learns one dictionary, writes it `into` a folder and judges it; its run is `kept` in another. */
async function trained(
  settings: SaeTrainSettings,
  work: Work,
  { into, kept }: { readonly into: string; readonly kept: string },
  hooks: SaeTrainHooks,
): Promise<Pick<SaeTrainResult, "states" | "excluded" | "curve" | "heldOut">> {
  const { executor, corpus, places } = work;
  const { model } = executor;
  const held = await gatheredStates(executor, corpus, settings, places, hooks);
  const file = join(kept, "training.bin");
  const run = await learn(settings, { ...work, ...held, model: model.sha256, file }, hooks);
  writeDictionary(into, run.weights, {
    model: model.name,
    place: places[0],
    target: places.at(1),
    contextSize: model.config.nContext,
    prependBos: model.tokenizer.withBos(settings.bos).front.length > 0,
    training: trainingWords(settings, held.rows, corpus),
  });
  const heldOut = await judged(executor, corpus, settings, places, run.weights, hooks.signal);
  return { states: held.rows, excluded: held.excluded, curve: run.curve, heldOut };
}

/** Hooks of one of several runs, whose progress is that of all of them. */
function asPart(hooks: SaeTrainHooks, run: number, runs: number): SaeTrainHooks {
  const { onProgress } = hooks;
  return {
    ...hooks,
    onProgress: (stage, done, total) =>
      stage === "training" ? onProgress?.(stage, run * total + done, runs * total) : onProgress?.(stage, done, total),
  };
}

/** What decides how many features of this kind fire in a state. */
function sparsityChoice(kind: SaeTrainSettings["kind"]): SparsityChoice {
  return kind === "topk" || kind === "batchtopk" ? "k" : "sparsity";
}

/** Values of `also` that are not the run's own, each once. */
function othersOf(settings: SaeTrainSettings, features: number): number[] {
  const name = sparsityChoice(settings.kind);
  const values = [...new Set(settings.also)].filter((value) => value !== settings[name]);
  if (name === "k") {
    const wrong = values.find((value) => !Number.isInteger(value) || value < 1 || value > features);
    if (wrong !== undefined) {
      throw new EngineError(
        "usage",
        say`--also names ${wrong}, and ${settings.kind} takes whole numbers of features from 1 to ${features}.`,
      );
    }
  }
  return values;
}

function inOrder(
  settings: SaeTrainSettings,
  { heldOut }: Pick<SaeTrainResult, "heldOut">,
  folder: string,
  others: readonly ComparedDictionary[],
): ComparedDictionary[] {
  const own = { value: settings[sparsityChoice(settings.kind)], folder, heldOut };
  return [own, ...others].sort((a, b) => a.value - b.value);
}

function placesOf(executor: Executor, { site, layer, target }: SaeTrainSettings): SitePlace[] {
  const at = requireLayer(executor, layer ?? Math.floor(executor.model.config.nLayers / 2));
  return [{ site, layer: at }, ...(target === undefined ? [] : [{ site: target, layer: at }])];
}

function requireKind({ kind, k, target }: SaeTrainSettings, features: number): void {
  if ((kind === "topk" || kind === "batchtopk") && k > features) {
    throw new EngineError(
      "usage",
      say`--k is ${k}, more than the ${features} features; give a smaller --k or more --features.`,
    );
  }
  if (kind === "topk" && target !== undefined) {
    throw new EngineError(
      "usage",
      say`SAELens has no form for a transcoder of kind topk; take batchtopk, l1 or jumprelu.`,
    );
  }
}

async function judged(
  executor: Executor,
  corpus: Corpus,
  settings: SaeTrainSettings,
  places: readonly SitePlace[],
  weights: DictionaryWeights,
  signal?: AbortSignal,
): Promise<Reconstruction> {
  const dictionary = new SparseDictionary(weights);
  let sums: ReconstructionSums | undefined;
  let seen = 0;
  try {
    const exclude = exclusionsOf(executor.model, settings);
    for await (const { rows, tokens } of statesOf(executor, corpus.texts("heldOut"), places, {
      ...settings,
      exclude,
      signal,
    })) {
      const features = await dictionary.encode(rows[0]);
      const target = rows.at(-1)!;
      sums ??= new ReconstructionSums(weights.dOut, weights.dSae, meanOf(target, weights.dOut));
      sums.add(target, dictionary.decode(features, rows[0]), features);
      seen += tokens.length;
      if (seen >= judgedOn) break;
    }
  } finally {
    await dictionary.dispose();
  }
  if (signal?.aborted) throw new EngineError("cancelled", say`Stopped on request.`);
  return (sums ?? new ReconstructionSums(weights.dOut, weights.dSae, weights.bDec)).figures();
}

function trainingWords(settings: SaeTrainSettings, states: number, corpus: Corpus): Record<string, string | number> {
  const { kind, k, sparsity, steps, batch, rate, seed } = settings;
  return { kind, k, sparsity, steps, batch, rate, seed, states, corpus: corpus.sha256 ?? corpus.file };
}

function notesOn({ kind, sparsity }: SaeTrainSettings, { l0, ev }: Reconstruction, width: number): Sentence[] {
  if (!(ev > 0)) {
    return [
      say`It explains no more than the mean of the states does: it did not learn. Give a smaller --rate, or more --steps.`,
    ];
  }
  if (kind !== "l1" || sparsity > 0) return [];
  return [
    say`Without a pull towards few features nothing asks for meaning: ${l0.toFixed(0)} fire in a state of ${width} numbers. The unit basis and its opposite would reconstruct everything.`,
  ];
}
