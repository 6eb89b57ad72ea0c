// Places: positions of texts at which neurons are read, each beginning counted once.
import { Random } from "../base/random.ts";
import type { CorpusSplit } from "../corpus/corpus.ts";

/** A text as the model reads it. */
export interface ReadText {
  /** 1-based line of its file, or number of its example. */
  readonly line: number;
  readonly text: string;
  readonly ids: readonly number[];
  readonly split: CorpusSplit;
  /** First position whose beginning (the tokens up to and with it) stands in no text before. */
  readonly firstNew: number;
}

/** What stands at position t decides nothing about the token at t: an activation at t is held against the token at t + 1. */
export interface Place {
  /** Number of its text in the list of texts. */
  readonly text: number;
  readonly position: number;
}

/**
 * Positions t = 1 … T−2 of every text. Position 0 is left out: where a text has nothing in front, its first token is an attention
 * sink with huge activations. Each beginning up to t + 1 counts once, in the first text that has it: texts that begin alike give
 * equal activations, whose ties would be broken by rounding.
 */
export function placesOf(texts: readonly ReadText[]): Place[] {
  const places: Place[] = [];
  for (const [text, { ids, firstNew }] of texts.entries()) {
    for (let position = Math.max(1, firstNew - 1); position < ids.length - 1; position++)
      places.push({ text, position });
  }
  return places;
}

export const splitOf = (texts: readonly ReadText[], { text }: Place): CorpusSplit => texts[text].split;

/** The tokens up to and with a place. */
export function beginningAt(texts: readonly ReadText[], { text, position }: Place): readonly number[] {
  return texts[text].ids.slice(0, position + 1);
}

/** Numbers of the places of whole texts drawn at random, rising: texts of at most so many tokens together, one text at least. */
export function sampledPlaces(
  { texts, places }: { readonly texts: readonly ReadText[]; readonly places: readonly Place[] },
  mostTokens: number,
  seed: number,
): number[] {
  const numbers = Random.seeded(seed, "sampled texts").shuffled(texts.map((_, text) => text));
  const isChosen = new Uint8Array(texts.length);
  let tokens = 0;
  for (const text of numbers) {
    if (tokens > 0 && tokens + texts[text].ids.length > mostTokens) break;
    tokens += texts[text].ids.length;
    isChosen[text] = 1;
  }
  return places.flatMap(({ text }, i) => (isChosen[text] ? [i] : []));
}
