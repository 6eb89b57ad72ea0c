// Where the features of a dictionary fire in held-out texts, and over one text.
import type { Executor } from "../activations/executor.ts";
import { EngineError } from "../base/errors.ts";
import { say } from "../base/sentence.ts";
import type { SaeFeaturesSettings } from "../choices/dictionary.ts";
import { meanOf } from "../dictionary/nulls.ts";
import { ReconstructionSums } from "../dictionary/reconstruction.ts";
import type { SparseDictionary } from "../dictionary/sparse-dictionary.ts";
import { type ExclusionRule, type SitePlace, statesOf } from "../dictionary/states.ts";
import { exclusionsOf, openCorpus, type WorkHooks } from "./dictionary-work.ts";

export interface Firing {
  readonly state: number;
  readonly value: number;
}

/** Where each feature fires: sparse, one entry for each state in which it does. */
export interface Activations {
  /** By feature, in the order of the states. */
  readonly at: readonly (readonly Firing[])[];
  /** By state; states of one text stand together and share `ids`. */
  readonly tokens: readonly { readonly ids: readonly number[]; readonly position: number }[];
  readonly sums: ReconstructionSums;
}

/** @throws EngineError "usage" where no state counts; "cancelled" */
export async function activationsOver(
  executor: Executor,
  settings: SaeFeaturesSettings,
  place: SitePlace,
  dictionary: SparseDictionary,
  exclude: ExclusionRule,
  { signal, onProgress }: WorkHooks & { readonly onProgress?: (done: number, total: number) => void },
): Promise<Activations> {
  const { dSae, dIn } = dictionary.weights;
  const corpus = await openCorpus(executor.model, settings, signal);
  const at = Array.from({ length: dSae }, (): Firing[] => []);
  const tokens: { ids: readonly number[]; position: number }[] = [];
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
  if (signal?.aborted) throw new EngineError("cancelled", say`Stopped on request.`);
  if (!sums || tokens.length === 0)
    throw new EngineError("usage", say`${corpus.file}: no state counts. Give more or longer texts.`);
  return { at, tokens, sums };
}

export interface OverText {
  readonly tokens: readonly string[];
  /** "token feature"; 0 at tokens that do not count. */
  readonly values: Float32Array;
}

/** @throws EngineError "usage" for a text of one token */
export async function featuresOver(
  executor: Executor,
  text: string,
  place: SitePlace,
  dictionary: SparseDictionary,
  settings: SaeFeaturesSettings,
): Promise<OverText> {
  const { tokenizer } = executor.model;
  const ids = tokenizer.withBos(settings.bos).encode(text);
  if (ids.length < 2)
    throw new EngineError("usage", say`The text ${JSON.stringify(text)} has one token; give a longer one.`);
  const { dSae } = dictionary.weights;
  const values = new Float32Array(ids.length * dSae);
  const exclude = exclusionsOf(executor.model, { ...settings, keepOutlying: true }, true);
  for await (const { rows, tokens } of statesOf(executor, [{ ids }], [place], { ...settings, exclude })) {
    const features = await dictionary.encode(rows[0]);
    tokens.forEach(({ position }, row) => values.set(features.subarray(row * dSae, (row + 1) * dSae), position * dSae));
  }
  return { tokens: ids.map((id) => tokenizer.token(id)), values };
}
