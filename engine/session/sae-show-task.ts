// Opens a dictionary: what its files say, and whether it fits the states of the model it is used on.
import { EngineError } from "../base/errors.ts";
import { say } from "../base/sentence.ts";
import type { Reconstruction, SaeShowResult, SaeShowSettings } from "../choices/dictionary.ts";
import { implausible } from "../dictionary/gate.ts";
import { readLabels } from "../dictionary/labels.ts";
import { loadDictionary } from "../dictionary/load.ts";
import { meanOf } from "../dictionary/nulls.ts";
import { ReconstructionSums } from "../dictionary/reconstruction.ts";
import { SparseDictionary } from "../dictionary/sparse-dictionary.ts";
import { statesOf } from "../dictionary/states.ts";
import { excludedNote, exclusionsOf, firstOf, openCorpus, placeOf, type WorkHooks } from "./dictionary-work.ts";
import { withModel } from "./open-model.ts";

export interface SaeShowHooks extends WorkHooks {
  readonly onProgress?: (done: number, total: number) => void;
}

/** @throws EngineError as `loadDictionary` and `placeOf`; "cancelled" */
export async function saeShowTask(settings: SaeShowSettings, hooks: SaeShowHooks = {}): Promise<SaeShowResult> {
  const loaded = loadDictionary(settings.dictionary, settings);
  const labels = readLabels(loaded.file);
  const { weights } = loaded;
  const { dIn, dSae, selection, normalisation, transcodes } = weights;
  return withModel(settings.model, hooks, async (executor, keep) => {
    const place = placeOf(executor, loaded, settings);
    const exclude = exclusionsOf(executor.model, settings);
    const corpus = await openCorpus(executor.model, settings, hooks.signal);
    const dictionary = keep(new SparseDictionary(weights));
    let sums: ReconstructionSums | undefined;
    let seen = 0;
    const texts = firstOf(corpus.texts("heldOut"), settings.texts);
    for await (const { rows, texts: read } of statesOf(executor, texts, [place], {
      ...settings,
      exclude,
      ...hooks,
    })) {
      const features = await dictionary.encode(rows[0]);
      sums ??= new ReconstructionSums(dIn, dSae, meanOf(rows[0], dIn));
      sums.add(rows[0], transcodes ? rows[0] : dictionary.decode(features, rows[0]), features);
      hooks.onProgress?.((seen += read.length), settings.texts);
    }
    if (hooks.signal?.aborted) throw new EngineError("cancelled", say`Stopped on request.`);
    const look: Reconstruction | undefined = transcodes ? undefined : sums?.figures();
    return {
      modelName: executor.model.name,
      dictionary: loaded.file,
      form: loaded.form,
      selection: selection.kind,
      normalisation,
      transcodes,
      features: dSae,
      width: dIn,
      hook: loaded.place.hook,
      trainedOn: loaded.place.model,
      place,
      sha256: loaded.sha256,
      look,
      implausible: look ? implausible(look, dSae, dIn) : [],
      labels: [...labels].map(([feature, label]) => ({ feature, label })),
      notes: [
        ...loaded.notes,
        excludedNote(exclude.counts),
        ...(transcodes
          ? [
              say`It is a transcoder, which gives another site's values; its features cannot be looked at or steered with here.`,
            ]
          : []),
      ],
    };
  });
}
