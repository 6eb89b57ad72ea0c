// What training, judging and using a dictionary begin with: the model, its corpus, a place in it, and which states count.
import type { Executor } from "../activations/executor.ts";
import { EngineError } from "../base/errors.ts";
import { say, type Sentence } from "../base/sentence.ts";
import type { Exclusions } from "../choices/dictionary.ts";
import type { Execution } from "../choices/execution.ts";
import type { BosChoice } from "../choices/lists.ts";
import { Corpus } from "../corpus/corpus.ts";
import { shippedCorpus } from "../corpus/shipped.ts";
import { type LoadedDictionary } from "../dictionary/weights.ts";
import { ExclusionRule, type SitePlace, widthAt } from "../dictionary/states.ts";
import type { Model } from "../model/model.ts";
import type { Site } from "../transformer/sites.ts";

export interface CorpusChoice {
  readonly corpus?: string;
  readonly bos: BosChoice;
  readonly keepFirst: boolean;
  readonly keepSpecial: boolean;
  readonly keepOutlying: boolean;
  readonly seed: number;
}

export interface WorkHooks {
  readonly execution?: Execution;
  readonly signal?: AbortSignal;
}

/** Share of the texts that no dictionary is trained on. */
const HELD_OUT = 0.2;

export async function openCorpus(model: Model, choice: CorpusChoice, signal?: AbortSignal): Promise<Corpus> {
  const file = choice.corpus ?? shippedCorpus(model.tokenizer);
  return Corpus.open(file, model.tokenizer.withBos(choice.bos), {
    context: model.config.nContext,
    heldOut: HELD_OUT,
    seed: choice.seed,
    signal,
    least: { discovery: 100, heldOut: 20 },
  });
}

/** At most so many of them. */
export async function* firstOf<T>(items: AsyncIterable<T>, most: number): AsyncGenerator<T> {
  let count = 0;
  for await (const item of items) {
    if (count++ === most) return;
    yield item;
  }
}

/** @param repeated whether positions count whose text up to there came before */
export function exclusionsOf(model: Model, choice: CorpusChoice, repeated = false): ExclusionRule {
  const { bosId } = model.tokenizer;
  const special = new Set([...(bosId === undefined ? [] : [bosId]), ...model.speech().endIds]);
  return new ExclusionRule(
    { first: !choice.keepFirst, special: !choice.keepSpecial, outlying: !choice.keepOutlying, repeated: !repeated },
    special,
  );
}

export function excludedNote({ first, special, outlying, repeated }: Exclusions): Sentence {
  return say`Left out: ${first} first positions, ${special} special tokens, ${outlying} states of outlying norm, ${repeated} positions whose text up to there came before.`;
}

/** @throws EngineError "usage" for a layer that the model has not */
export function requireLayer({ model }: Executor, layer: number): number {
  const { nLayers } = model.config;
  if (layer < nLayers) return layer;
  throw new EngineError("usage", say`${model.name} has no layer ${layer}; its layers are 0 to ${nLayers - 1}.`, {
    layer,
  });
}

/**
 * Where a dictionary is used: what is said, else what its file says.
 *
 * @throws EngineError "usage" where neither says it or the model has no such layer; "shape" for another width, a transcoder
 */
export function placeOf(
  executor: Executor,
  dictionary: LoadedDictionary,
  { site, layer }: { readonly site?: Site; readonly layer?: number },
): SitePlace {
  const { file, place, weights } = dictionary;
  const at = { site: site ?? place.site, layer: layer ?? place.layer };
  if (at.site === undefined || at.layer === undefined) {
    const why = place.hook === undefined ? say`does not say where it belongs` : say`belongs at "${place.hook}"`;
    throw new EngineError("usage", say`${file}: ${why}; say it with --site and --layer.`, { place: { file } });
  }
  const found: SitePlace = { site: at.site, layer: requireLayer(executor, at.layer) };
  const width = widthAt(executor, found);
  if (width !== weights.dIn) {
    throw new EngineError(
      "shape",
      say`${file}: reads states of ${weights.dIn} numbers, and ${found.site} of ${executor.model.name} has ${width}. It was trained on ${place.model ?? say`another model or site`}.`,
      { place: { file } },
    );
  }
  return found;
}

export function requireFeature(feature: number, features: number): void {
  if (feature < features) return;
  throw new EngineError(
    "usage",
    say`There is no feature ${feature}; the dictionary has features 0 to ${features - 1}.`,
  );
}

export function requireReconstructs({ file, weights }: LoadedDictionary): void {
  if (!weights.transcodes && weights.dIn === weights.dOut) return;
  throw new EngineError(
    "unsupported",
    say`${file}: is a transcoder, which gives another site's values; take a dictionary that reconstructs its own site.`,
  );
}
