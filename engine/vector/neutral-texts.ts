// Texts that a direction should leave alone: those of the contrast sets, or of the corpus that ships.
import type { NeutralText } from "../evaluate/neutral-effect.ts";
import { Corpus } from "../corpus/corpus.ts";
import { shippedCorpus } from "../corpus/shipped.ts";
import type { Model } from "../model/model.ts";

export interface NeutralParts {
  /** Those on which layer and coefficient are chosen, and those from which is reported. */
  readonly validation: readonly NeutralText[];
  readonly test: readonly NeutralText[];
}

/** Tokens of the corpus that are looked at: far more than so few texts need. */
const mostTokens = 200_000;

/** @param count of each part @throws EngineError as the corpus */
export async function neutralParts(
  model: Model,
  texts: readonly string[] | undefined,
  count: number,
  signal?: AbortSignal,
): Promise<NeutralParts> {
  const { tokenizer, config } = model;
  if (texts) {
    const written = texts
      .filter((text) => tokenizer.unknown(text).length === 0)
      .map((text) => ({ ids: tokenizer.encode(text) }));
    const half = Math.ceil(written.length / 2);
    return { validation: written.slice(0, half).slice(0, count), test: written.slice(half).slice(0, count) };
  }
  const corpus = await Corpus.open(shippedCorpus(tokenizer), tokenizer, {
    context: config.nContext,
    mostTokens,
    signal,
  });
  const take = async (split: "discovery" | "heldOut") => {
    const taken: NeutralText[] = [];
    for await (const { ids } of corpus.texts(split)) {
      taken.push({ ids });
      if (taken.length === count) break;
    }
    return taken;
  };
  return { validation: await take("discovery"), test: await take("heldOut") };
}
