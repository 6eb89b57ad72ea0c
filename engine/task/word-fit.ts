// Whether a piece of text is one token of a tokenizer, remembered, and how to say that it is not.
import { say, sayList, type Sentence } from "../base/sentence.ts";
import type { Tokenizer } from "../tokens/tokenizer.ts";

/** A word for others to stand after. */
const CARRIER = "a";

export class WordFit {
  private readonly ids = new Map<string, readonly number[]>();
  private readonly written = new Map<string, boolean>();
  private readonly carrier: readonly number[];
  /** The tokenizer puts a space in front of a text, so that a word alone is a word after a space. */
  private readonly putsSpace: boolean;

  constructor(readonly tokenizer: Tokenizer) {
    const canCarry = this.isWritten(CARRIER);
    this.carrier = canCarry ? tokenizer.encodePlain(CARRIER) : [];
    const after = canCarry ? tokenizer.encodePlain(`${CARRIER} ${CARRIER}`).slice(this.carrier.length) : [];
    this.putsSpace = after.length > 0 && String(after) === String(this.carrier);
  }

  /** The token id of a text that is one token, by itself or after a word; otherwise undefined. */
  single(text: string): number | undefined {
    const ids = this.encode(text);
    return ids.length === 1 && this.isWritten(text) ? ids[0] : undefined;
  }

  /** The one token that goes on from a prompt with the answer, or that the answer is by itself; otherwise undefined. */
  answer(prompt: string, answer: string): number | undefined {
    const known = this.putsSpace && !answer.startsWith(" ") ? undefined : this.single(answer);
    if (known !== undefined) return known;
    if (!this.isWritten(answer)) return undefined;
    const before = this.tokenizer.encode(prompt);
    const whole = this.tokenizer.encode(prompt + answer);
    const goesOn = whole.length === before.length + 1 && before.every((id, i) => whole[i] === id);
    return goesOn ? whole.at(-1) : this.single(answer);
  }

  /** False if the tokenizer has no tokens for some of the text. */
  isWritten(text: string): boolean {
    const known = this.written.get(text);
    if (known !== undefined) return known;
    const isWritten = this.tokenizer.unknown(text).length === 0;
    this.written.set(text, isWritten);
    return isWritten;
  }

  /** `the tokenizer has no tokens for "東京" in "In 東京"`. */
  unwritten(text: string): Sentence {
    const parts = this.tokenizer.unknown(text).slice(0, 3);
    const shown = parts.map((part) => JSON.stringify(part));
    return say`the tokenizer has no tokens for ${sayList(shown, ", ")} in ${JSON.stringify(text)}`;
  }

  /** `" Vaduz" is 3 tokens (" V", "ad", "uz")`. */
  describe(text: string): Sentence {
    const ids = this.encode(text);
    const shown = JSON.stringify(text);
    if (!this.isWritten(text)) return say`${shown} is not in the tokenizer's vocabulary`;
    const tokens = ids.slice(0, 12).map((id) => JSON.stringify(this.tokenizer.token(id)));
    return say`${shown} is ${ids.length} tokens (${sayList(tokens, ", ")}${ids.length > 12 ? ", …" : ""})`;
  }

  private encode(text: string): readonly number[] {
    const known = this.ids.get(text);
    if (known) return known;
    const ids = this.putsSpace && text.startsWith(" ") ? this.afterCarrier(text) : this.tokenizer.encodePlain(text);
    this.ids.set(text, ids);
    return ids;
  }

  /** What follows a word: alone, a tokenizer that puts a space in front would write two. */
  private afterCarrier(text: string): readonly number[] {
    const { carrier, tokenizer } = this;
    const whole = tokenizer.encodePlain(CARRIER + text);
    const goesOn = carrier.length > 0 && carrier.every((id, i) => whole[i] === id);
    return goesOn ? whole.slice(carrier.length) : tokenizer.encodePlain(text);
  }
}
