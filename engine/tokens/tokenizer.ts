// Text to token ids and back, and which characters each token covers.

export interface Tokenizer {
  /** Highest id + 1. */
  readonly dVocab: number;
  /** Beginning-of-text token, if the tokenizer declares one, whether or not `encode` adds it. */
  readonly bosId?: number;
  /** As a prompt: names of special tokens in the text become those tokens, and the tokenizer's own post-processor may add BOS. */
  encode(text: string): number[];
  /** As plain text: nothing is added, and no special token ever comes out. */
  encodePlain(text: string): number[];
  /** Special tokens included; bytes that form no character give U+FFFD. */
  decode(ids: readonly number[]): string;
  /** One token as text. @throws EngineError "shape" if the id is outside the vocabulary */
  token(id: number): string;
  /**
   * For each id of `encode(text)` the characters it covers, as UTF-16 indices [start, end) into the text. A token of part of a
   * character covers the whole character; a token that was added covers nothing.
   */
  spans(text: string): TokenSpan[];
}

export interface TokenSpan {
  readonly id: number;
  readonly start: number;
  readonly end: number;
}
