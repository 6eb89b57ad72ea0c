// What every model of a tokenizer does: a word into tokens of its vocabulary, with what it has no token for.

/** Units [start, end) of the word. */
export interface WordPart {
  readonly start: number;
  readonly end: number;
}

export interface WordToken extends WordPart {
  readonly id: number;
}

export interface WordTokens {
  readonly tokens: readonly WordToken[];
  /** Parts of the word that no token spells: an unknown token stands for them, or nothing. */
  readonly unknown: readonly WordPart[];
}

export interface VocabularyModel {
  readonly vocabulary: ReadonlyMap<string, number>;
  /** @throws EngineError "invalid-task" where the model has no token for a part and none for what is unknown */
  tokenize(word: string): WordTokens;
}
