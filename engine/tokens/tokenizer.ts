// Text to token ids and back, and which characters each token covers.
import type { BosChoice } from "../choices/lists.ts";
import type { Added } from "./bos.ts";

export interface Tokenizer {
  /** Highest id + 1. */
  readonly dVocab: number;
  /** Tokens whose ids lie beyond the embedding of the model: no prompt may hold them. */
  readonly beyond: readonly AddedWord[];
  /** Beginning-of-text token, if the tokenizer declares one, whether or not `encode` adds it. */
  readonly bosId?: number;
  /** What its own post-processor puts around a text. */
  readonly added: Added;
  /** What `encode` and `prompt` put in front: BOS as chosen, by itself as `added.before` says. */
  readonly front: readonly number[];
  /** The same tokenizer with prompts that begin as chosen. @throws EngineError "usage" if there is no BOS to begin with */
  withBos(choice: BosChoice): Tokenizer;
  /**
   * As a prompt, which the model goes on with: names of special tokens in the text become those tokens, `front` stands before it once,
   * and no end of text follows, whatever the post-processor would append.
   */
  encode(text: string): number[];
  /** A prompt given by its ids, with `front` before it once. */
  prompt(ids: readonly number[]): number[];
  /** The same tokenizer for a model of so many embedded tokens, which refuses prompts with others. */
  within(nEmbedded: number): Tokenizer;
  /** As plain text: nothing is added, and no special token ever comes out. */
  encodePlain(text: string): number[];
  /** Parts of a text that the tokenizer has no token for, so that an unknown token stands for them, or nothing. */
  unknown(text: string): readonly string[];
  /** Special tokens included; bytes that form no character give U+FFFD. */
  decode(ids: readonly number[]): string;
  /** One token as text, with the space that it begins with. @throws EngineError "shape" if the id is outside the vocabulary */
  token(id: number): string;
  /**
   * For each id of `encode(text)` the characters it covers, as UTF-16 indices [start, end) into the text. A token of part of a
   * character covers the whole character; a token that was added covers nothing.
   */
  spans(text: string): TokenSpan[];
}

export interface AddedWord {
  readonly id: number;
  readonly content: string;
  /** Found in a text as it stands, beside the vocabulary of words. */
  readonly isAdded: boolean;
}

export interface TokenSpan {
  readonly id: number;
  readonly start: number;
  readonly end: number;
}
