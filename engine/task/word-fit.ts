// Whether a piece of text is one token of a tokenizer, remembered, and how to say that it is not.
import type { Tokenizer } from "../tokens/tokenizer.ts";

export class WordFit {
  private readonly ids = new Map<string, readonly number[]>();

  constructor(readonly tokenizer: Tokenizer) {}

  /** The token id of a text that is one token, spelled the same; otherwise undefined. */
  single(text: string): number | undefined {
    const ids = this.encode(text);
    return ids.length === 1 && this.isWritten(text, ids) ? ids[0] : undefined;
  }

  /** False if the tokenizer has no tokens for some of the text, so that it comes back changed. Spaces and BOS do not count. */
  isWritten(text: string, ids: readonly number[]): boolean {
    const isText = (some: readonly number[]) => withoutSpaces(this.tokenizer.decode(some)) === withoutSpaces(text);
    return isText(ids) || (ids[0] === this.tokenizer.bosId && isText(ids.slice(1)));
  }

  /** `" Vaduz" is 3 tokens (" V", "ad", "uz")`. */
  describe(text: string): string {
    const ids = this.encode(text);
    const shown = JSON.stringify(text);
    if (!this.isWritten(text, ids)) return `${shown} is not in the tokenizer's vocabulary`;
    const tokens = ids.slice(0, 12).map((id) => JSON.stringify(this.tokenizer.token(id)));
    return `${shown} is ${ids.length} tokens (${tokens.join(", ")}${ids.length > 12 ? ", …" : ""})`;
  }

  private encode(text: string): readonly number[] {
    const known = this.ids.get(text);
    if (known) return known;
    const ids = this.tokenizer.encodePlain(text);
    this.ids.set(text, ids);
    return ids;
  }
}

function withoutSpaces(text: string): string {
  return text.replace(/\s+/g, "");
}
