// Sets of tokens and the probability that lies on them, point by point: the latent language of a model.
//
// Wendler et al. 2024, arXiv 2402.10588: every beginning of a word that is one token, with and without the leading space, and
// the first byte token of a word that has none.
import type { Reading } from "../readout/readings.ts";
import type { Tokenizer } from "../tokens/tokenizer.ts";

/** Tokens that can begin a word in running text. @returns ids, sorted */
export function tokensOfWord(tokenizer: Tokenizer, word: string): number[] {
  const ids = new Set<number>();
  const characters = [...word];
  for (let length = 1; length <= characters.length; length++) {
    const beginning = characters.slice(0, length).join("");
    for (const text of [beginning, ` ${beginning}`]) {
      const tokens = tokenizer.encodePlain(text);
      if (tokens.length === 1) ids.add(tokens[0]);
    }
  }
  const first = tokenizer.encodePlain(word)[0];
  if (ids.size === 0 && first !== undefined) ids.add(first);
  return [...ids].sort((a, b) => a - b);
}

/** Whether no token is in two of the sets: an item with such a token says nothing about either. */
export function areDisjoint(sets: readonly (readonly number[])[]): boolean {
  return new Set(sets.flat()).size === sets.reduce((sum, set) => sum + new Set(set).size, 0);
}

/** Σ p over the tokens that a reading was asked about, those from `from` up to `to` in its list. */
export function massOf(reading: Reading, from: number, to: number): number {
  return reading.tokens.slice(from, to).reduce((sum, { logProbability }) => sum + Math.exp(logProbability), 0);
}
