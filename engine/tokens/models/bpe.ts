// Byte-pair encoding: neighbours are merged by the rank of the pair, or by the score of what they give (SentencePiece).
import { byteIds } from "../byte-tokens.ts";
import { mergeSymbols } from "./merge.ts";
import type { VocabularyModel, WordPart, WordToken, WordTokens } from "./vocabulary-model.ts";

export interface BpeRules {
  /** Of merging two neighbours, the least first. */
  urgencyOf(left: string, right: string): number | undefined;
  /** A word that is a token is taken whole. */
  readonly ignoreMerges: boolean;
  /** Characters without a token are spelled by tokens of their bytes. */
  readonly byteFallback: boolean;
  readonly unknownId?: number;
  /** One unknown token for neighbours that are unknown. */
  readonly fuseUnknown: boolean;
}

/** Longest word and number of words whose tokens are remembered. */
const LONGEST_REMEMBERED = 64;
const MOST_REMEMBERED = 20_000;

export class Bpe implements VocabularyModel {
  private readonly remembered = new Map<string, WordTokens>();

  constructor(
    readonly vocabulary: ReadonlyMap<string, number>,
    private readonly rules: BpeRules,
  ) {}

  tokenize(word: string): WordTokens {
    const known = this.remembered.get(word);
    if (known) return known;
    const made = this.made(word);
    if (word.length <= LONGEST_REMEMBERED) {
      if (this.remembered.size >= MOST_REMEMBERED) this.remembered.clear();
      this.remembered.set(word, made);
    }
    return made;
  }

  private made(word: string): WordTokens {
    const { rules, vocabulary } = this;
    const whole = rules.ignoreMerges ? vocabulary.get(word) : undefined;
    if (whole !== undefined) return { tokens: [{ id: whole, start: 0, end: word.length }], unknown: [] };
    const tokens: WordToken[] = [];
    const unknown: WordPart[] = [];
    let isFusing = false;
    for (const symbol of mergeSymbols(word, (left, right) => rules.urgencyOf(left, right))) {
      const ids = this.idsOf(word.slice(symbol.start, symbol.end));
      if (ids) for (const id of ids) tokens.push({ id, ...symbol });
      else {
        unknown.push(symbol);
        this.standIn(tokens, symbol, isFusing);
      }
      isFusing = !ids && rules.fuseUnknown;
    }
    return { tokens, unknown };
  }

  private idsOf(text: string): readonly number[] | undefined {
    const id = this.vocabulary.get(text);
    if (id !== undefined) return [id];
    return this.rules.byteFallback ? byteIds(text, this.vocabulary) : undefined;
  }

  private standIn(tokens: WordToken[], symbol: WordPart, isFusing: boolean): void {
    const { unknownId } = this.rules;
    if (unknownId === undefined) return;
    const last = tokens.at(-1);
    if (isFusing && last) tokens[tokens.length - 1] = { ...last, end: symbol.end };
    else tokens.push({ id: unknownId, ...symbol });
  }
}

/** Rank by pair, in the order of the list. */
export function ranksOf(merges: readonly (readonly [string, string])[]): BpeRules["urgencyOf"] {
  const ranks = new Map(merges.map(([left, right], rank) => [keyOf(left, right), rank] as const));
  return (left, right) => ranks.get(keyOf(left, right));
}

/** The token of the highest score first. @param scores by id */
export function scoresOf(vocabulary: ReadonlyMap<string, number>, scores: readonly number[]): BpeRules["urgencyOf"] {
  return (left, right) => {
    const id = vocabulary.get(left + right);
    return id === undefined ? undefined : -scores[id]!;
  };
}

/** Tokens may hold any character, so that no character can stand between two. */
function keyOf(left: string, right: string): string {
  return `${left.length} ${left}${right}`;
}
