// What a change of a model does to text that it should leave alone, as figures.
import type { Interval } from "../base/interval.ts";

/** A mean over tokens, nats per token, with a 95 % bootstrap interval over texts (undefined for too few of them). */
export interface PerToken {
  readonly mean: number;
  readonly interval: Interval | undefined;
}

export interface NeutralEffect {
  /** KL(clean ‖ changed), over every position that counts. */
  readonly kl: PerToken;
  /** −log p of the text's own next token, over every position that counts and has one. */
  readonly crossEntropy: { readonly clean: PerToken; readonly changed: PerToken; readonly increase: PerToken };
  /** Texts and positions that counted. */
  readonly texts: number;
  readonly tokens: number;
  /** What each change did over all texts: entries that it touched, and how far it moved them (norm). */
  readonly fired: readonly { readonly entries: number; readonly moved: number }[];
}
