// SentencePiece's unigram model: of all ways to spell a word with tokens, the one whose scores add up to most (Viterbi).
import { byteIds } from "../byte-tokens.ts";
import type { VocabularyModel, WordPart, WordToken, WordTokens } from "./vocabulary-model.ts";

/** Below the lowest score of the vocabulary. */
const UNKNOWN_PENALTY = 10;

export interface UnigramRules {
  readonly unknownId?: number;
  readonly byteFallback: boolean;
}

interface Step {
  readonly from: number;
  readonly id: number | undefined;
  readonly score: number;
}

type Trie = Map<number, Trie> & { id?: number };

export class Unigram implements VocabularyModel {
  readonly vocabulary: ReadonlyMap<string, number>;
  private readonly trie: Trie = new Map();
  private readonly unknownScore: number;

  /** @param pieces  token and log probability, by id */
  constructor(
    private readonly pieces: readonly (readonly [string, number])[],
    private readonly rules: UnigramRules,
  ) {
    const vocabulary = new Map<string, number>();
    let lowest = Infinity;
    for (const [id, [token, score]] of pieces.entries()) {
      vocabulary.set(token, id);
      lowest = Math.min(lowest, score);
      let node = this.trie;
      for (let unit = 0; unit < token.length; unit++) {
        const code = token.charCodeAt(unit);
        const next: Trie = node.get(code) ?? new Map();
        node.set(code, next);
        node = next;
      }
      node.id = id;
    }
    this.vocabulary = vocabulary;
    this.unknownScore = lowest - UNKNOWN_PENALTY;
  }

  tokenize(word: string): WordTokens {
    const tokens: WordToken[] = [];
    const unknown: WordPart[] = [];
    for (const { start, end, id } of this.bestPath(word)) {
      if (id !== undefined) {
        tokens.push({ id, start, end });
        continue;
      }
      const text = word.slice(start, end);
      const bytes = this.rules.byteFallback ? byteIds(text, this.vocabulary) : undefined;
      if (bytes) for (const byte of bytes) tokens.push({ id: byte, start, end });
      else {
        unknown.push({ start, end });
        if (this.rules.unknownId !== undefined) tokens.push({ id: this.rules.unknownId, start, end });
      }
    }
    return { tokens, unknown };
  }

  /** Tokens in order; unknown neighbours as one piece without an id. */
  private bestPath(word: string): { start: number; end: number; id: number | undefined }[] {
    const best: (Step | undefined)[] = new Array<Step | undefined>(word.length + 1);
    best[0] = { from: 0, id: undefined, score: 0 };
    const reach = (end: number, step: Step): void => {
      if (!best[end] || step.score > best[end].score) best[end] = step;
    };
    for (let from = 0; from < word.length; ) {
      const width = word.codePointAt(from)! > 0xffff ? 2 : 1;
      const { score } = best[from]!;
      let hasCharacter = false;
      let node: Trie | undefined = this.trie;
      for (let end = from; end < word.length && (node = node.get(word.charCodeAt(end))); ) {
        end++;
        if (node.id === undefined) continue;
        reach(end, { from, id: node.id, score: score + this.pieces[node.id]![1] });
        hasCharacter ||= end - from === width;
      }
      if (!hasCharacter) reach(from + width, { from, id: undefined, score: score + this.unknownScore });
      from += width;
    }
    const path: { start: number; end: number; id: number | undefined }[] = [];
    for (let end = word.length; end > 0; end = best[end]!.from) {
      const { from, id } = best[end]!;
      const next = path.at(-1);
      if (id === undefined && next && next.id === undefined) path[path.length - 1] = { ...next, start: from };
      else path.push({ start: from, end, id });
    }
    return path.reverse();
  }
}
