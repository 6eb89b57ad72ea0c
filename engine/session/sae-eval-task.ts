// Judges a dictionary on held-out text: how well it reconstructs, what the model loses by it, and what chance would give.
import type { Executor } from "../activations/executor.ts";
import type { FreeChange, NeutralText } from "../evaluate/neutral-effect.ts";
import { append } from "../base/append.ts";
import { EngineError } from "../base/errors.ts";
import { say } from "../base/sentence.ts";
import type { SaeEvalResult, SaeEvalSettings } from "../choices/dictionary.ts";
import { LEAST_DRAWS } from "../choices/null-figure.ts";
import type { Corpus } from "../corpus/corpus.ts";
import { implausible } from "../dictionary/gate.ts";
import { loadDictionary } from "../dictionary/load.ts";
import { meanOf, principalComponents, randomDictionary } from "../dictionary/nulls.ts";
import { ReconstructionSums } from "../dictionary/reconstruction.ts";
import { SparseDictionary } from "../dictionary/sparse-dictionary.ts";
import { type SitePlace, statesOf } from "../dictionary/states.ts";
import { neutralEffects } from "../evaluate/neutral-effect.ts";
import { besideNull } from "../evaluate/null-figure.ts";
import {
  excludedNote,
  exclusionsOf,
  firstOf,
  openCorpus,
  placeOf,
  requireReconstructs,
  type WorkHooks,
} from "./dictionary-work.ts";
import { withModel } from "./open-model.ts";

export interface SaeEvalHooks extends WorkHooks {
  readonly onProgress?: (stage: "states" | "splicing" | "nulls", done: number, total: number) => void;
}

/** States that the nulls are fitted on and measured on. */
const nullStates = 1024;

/** @throws EngineError as `loadDictionary` and `placeOf`; "usage" where no state counts; "cancelled" */
export async function saeEvalTask(settings: SaeEvalSettings, hooks: SaeEvalHooks = {}): Promise<SaeEvalResult> {
  const loaded = loadDictionary(settings.dictionary, settings);
  requireReconstructs(loaded);
  return withModel(settings.model, hooks, async (executor, keep) => {
    const place = placeOf(executor, loaded, settings);
    const corpus = await openCorpus(executor.model, settings, hooks.signal);
    const dictionary = keep(new SparseDictionary(loaded.weights));
    const fit = await someStates(executor, corpus, settings, place, hooks.signal);
    const exclude = exclusionsOf(executor.model, settings);
    const { sums, texts, first } = await read(executor, corpus, settings, place, dictionary, exclude, hooks);
    const reconstruction = sums.figures();
    const width = loaded.weights.dIn;
    const count = Math.max(1, Math.round(reconstruction.l0));
    const spliced = await splice(executor, texts, place, dictionary, meanOf(fit, width), hooks);
    const nulls = await nullsOf(fit, first, width, loaded.weights.dSae, count, settings.seed, hooks);
    const { dictionary: own, zero, mean } = spliced;
    const loss = (of: typeof own) => of.crossEntropy.changed.mean;
    const clean = own.crossEntropy.clean.mean;
    return {
      modelName: executor.model.name,
      dictionary: loaded.file,
      place,
      features: loaded.weights.dSae,
      excluded: { ...exclude.counts },
      reconstruction,
      ev: besideNull(await evOf(dictionary, first, width), undefined, nulls.random),
      principalComponents: { count, ev: nulls.components },
      spliced,
      recovered: {
        zero: (loss(zero) - loss(own)) / (loss(zero) - clean),
        mean: (loss(mean) - loss(own)) / (loss(mean) - clean),
      },
      notes: [
        ...loaded.notes,
        ...implausible(reconstruction, loaded.weights.dSae, width),
        excludedNote(exclude.counts),
        say`Positions that are left out stay as they are in the spliced runs, too.`,
      ],
    };
  });
}

/** States of texts that nothing is judged on. */
async function someStates(
  executor: Executor,
  corpus: Corpus,
  settings: SaeEvalSettings,
  place: SitePlace,
  signal?: AbortSignal,
): Promise<Float32Array> {
  const found: number[] = [];
  const exclude = exclusionsOf(executor.model, settings);
  for await (const { rows, tokens } of statesOf(executor, corpus.texts("discovery"), [place], {
    ...settings,
    exclude,
    signal,
  })) {
    const width = rows[0].length / Math.max(1, tokens.length);
    append(found, [...rows[0].subarray(0, nullStates * width - found.length)]);
    if (found.length >= nullStates * width) break;
  }
  return Float32Array.from(found);
}

interface ReadTexts {
  readonly sums: ReconstructionSums;
  /** With the positions that count. */
  readonly texts: readonly NeutralText[];
  /** The first states, as many as the nulls are measured on. */
  readonly first: Float32Array;
}

async function read(
  executor: Executor,
  corpus: Corpus,
  settings: SaeEvalSettings,
  place: SitePlace,
  dictionary: SparseDictionary,
  exclude: ReturnType<typeof exclusionsOf>,
  { signal, onProgress }: SaeEvalHooks,
): Promise<ReadTexts> {
  const { dIn, dSae } = dictionary.weights;
  const texts: NeutralText[] = [];
  let sums: ReconstructionSums | undefined;
  let first: Float32Array | undefined;
  const held = firstOf(corpus.texts("heldOut"), settings.texts);
  for await (const batch of statesOf(executor, held, [place], { ...settings, exclude, signal })) {
    const [states] = batch.rows;
    const features = await dictionary.encode(states);
    sums ??= new ReconstructionSums(dIn, dSae, meanOf(states, dIn));
    sums.add(states, dictionary.decode(features, states), features);
    first ??= states.slice(0, nullStates * dIn);
    const before = texts.length;
    for (const { ids, firstNew } of batch.texts) texts.push({ ids, firstNew });
    const counted = batch.texts.map((): number[] => []);
    const base = batch.tokens.length > 0 ? before : 0;
    for (const { text, position } of batch.tokens) counted[text - base].push(position);
    counted.forEach((positions, t) => {
      texts[before + t] = { ...texts[before + t], ...(positions.length > 0 && { positions: { counted: positions } }) };
    });
    onProgress?.("states", texts.length, settings.texts);
  }
  if (signal?.aborted) throw new EngineError("cancelled", say`Stopped on request.`);
  if (!sums || !first || first.length === 0) {
    throw new EngineError(
      "usage",
      say`${corpus.file}: no state of its held-out texts counts. Give more or longer texts.`,
    );
  }
  return { sums, texts: texts.filter(({ positions }) => positions !== undefined), first };
}

async function splice(
  executor: Executor,
  texts: readonly NeutralText[],
  { site, layer }: SitePlace,
  dictionary: SparseDictionary,
  mean: Float32Array,
  { signal, onProgress }: SaeEvalHooks,
): Promise<SaeEvalResult["spliced"]> {
  const where = { site, layer, at: "counted" };
  const changes: FreeChange["change"][] = [
    { op: "through", dictionary: "own", edits: [], error: "dropped" },
    { op: "set", to: "zero" },
    { op: "set", to: { vector: { sha256: "mean" } } },
  ];
  const [own, zero, average] = await neutralEffects(
    executor,
    texts,
    changes.map((change) => ({ changes: [{ where, change }] })),
    {
      resources: { dictionaries: new Map([["own", dictionary]]), vectors: new Map([["mean", mean]]) },
      signal,
      onProgress: (done) => onProgress?.("splicing", done, texts.length),
    },
  );
  return { dictionary: own, zero, mean: average };
}

async function nullsOf(
  fit: Float32Array,
  states: Float32Array,
  width: number,
  features: number,
  count: number,
  seed: number,
  { signal, onProgress }: SaeEvalHooks,
): Promise<{ readonly random: readonly number[]; readonly components: number }> {
  const random: number[] = [];
  for (let draw = 0; draw < LEAST_DRAWS; draw++) {
    if (signal?.aborted) throw new EngineError("cancelled", say`Stopped on request.`);
    const dictionary = await randomDictionary(fit, width, features, count, seed + draw);
    random.push(await evOf(dictionary, states, width));
    await dictionary.dispose();
    onProgress?.("nulls", draw + 1, LEAST_DRAWS);
  }
  const guess = principalComponents(fit, width, count, seed)(states);
  return { random, components: evBetween(states, guess, width) };
}

async function evOf(dictionary: SparseDictionary, states: Float32Array, width: number): Promise<number> {
  return evBetween(states, dictionary.decode(await dictionary.encode(states), states), width);
}

function evBetween(states: Float32Array, guess: Float32Array, width: number): number {
  const sums = new ReconstructionSums(width, 0, new Float32Array(width));
  sums.add(states, guess, new Float32Array(0));
  return sums.figures().ev;
}
