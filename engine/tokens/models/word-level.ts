// A token for every word, and one for all others.
import { EngineError } from "../../base/errors.ts";
import { say } from "../../base/sentence.ts";
import type { VocabularyModel, WordTokens } from "./vocabulary-model.ts";

export class WordLevel implements VocabularyModel {
  constructor(
    readonly vocabulary: ReadonlyMap<string, number>,
    private readonly unknownId: number | undefined,
  ) {}

  tokenize(word: string): WordTokens {
    const known = this.vocabulary.get(word);
    const id = known ?? this.unknownId;
    if (id === undefined) {
      throw new EngineError(
        "invalid-task",
        say`${JSON.stringify(word)} is not in the vocabulary of this tokenizer.`,
      );
    }
    return { tokens: [{ id, start: 0, end: word.length }], unknown: known === undefined ? [{ start: 0, end: word.length }] : [] };
  }
}
