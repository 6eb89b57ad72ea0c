// Prompts that a file writes with a beginning-of-text token of their own: counted, so that a note can say that none is put before it.
import { say, type Sentence } from "../base/sentence.ts";
import type { Tokenizer } from "../tokens/tokenizer.ts";

export class OwnBos {
  /** What a prompt is before anything is put in front of it. */
  private readonly bare: Tokenizer;
  private count = 0;

  constructor(
    private readonly tokenizer: Tokenizer,
    private readonly prompts: string | Sentence,
  ) {
    this.bare = tokenizer.withBos("never");
  }

  /** As `tokenizer.encode`. */
  encode(text: string): number[] {
    const own = this.bare.encode(text);
    this.see(own);
    return this.tokenizer.prompt(own);
  }

  /** @param own  ids as the file gives them */
  see(own: readonly number[]): void {
    const { front } = this.tokenizer;
    if (front.length > 0 && front.every((id, i) => own[i] === id)) this.count++;
  }

  /** How many tokens of beginning stand at the front of a prompt's ids, put there or written. */
  leading(ids: readonly number[]): number {
    const { front, bosId } = this.tokenizer;
    if (front.length > 0) return front.length;
    return bosId !== undefined && ids[0] === bosId ? 1 : 0;
  }

  notes(): Sentence[] {
    if (this.count === 0) return [];
    const begin = this.tokenizer.front.map((id) => this.tokenizer.token(id)).join("");
    return [
      say`${this.prompts}: ${this.count} prompts begin with ${begin} as they are written; it is not put before them again.`,
    ];
  }
}
