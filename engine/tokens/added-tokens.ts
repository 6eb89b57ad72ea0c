// Tokens that are found in a text as they stand, before it is split: names of special tokens and words that were added.
import { z } from "zod";
import type { AlignedText } from "./aligned-text.ts";

export const addedTokenSchema = z.looseObject({
  id: z.int().nonnegative(),
  content: z.string().min(1),
  special: z.boolean().default(false),
  /** Found only where no letter or digit stands beside it. */
  single_word: z.boolean().default(false),
  /** Takes the white space before it, after it. */
  lstrip: z.boolean().default(false),
  rstrip: z.boolean().default(false),
  /** Found in the normalised text, else in the text as it is given. */
  normalized: z.boolean().optional(),
});

export type AddedToken = z.infer<typeof addedTokenSchema>;

/** A token, or text without one. */
export type Section = { readonly text: AlignedText; readonly id?: number };

type Trie = Map<string, Trie> & { token?: AddedToken };

const WORD = "[\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\u200c\\u200d]";
const ENDS_WITH_WORD = new RegExp(`${WORD}$`, "u");
const BEGINS_WITH_WORD = new RegExp(`^${WORD}`, "u");

export class AddedTokens {
  private readonly trie: Trie = new Map();

  /** @param contents  of each token as it is looked for */
  constructor(contents: readonly (readonly [string, AddedToken])[]) {
    for (const [content, token] of contents) {
      if (content === "") continue;
      let node = this.trie;
      for (let unit = 0; unit < content.length; unit++) {
        const next: Trie = node.get(content[unit]!) ?? new Map();
        node.set(content[unit]!, next);
        node = next;
      }
      node.token ??= token;
    }
  }

  /** @param isLiteral  names of special tokens are text like any other */
  split(text: AlignedText, isLiteral: boolean): Section[] {
    const sections: Section[] = [];
    let done = 0;
    for (let at = 0; at < text.length;) {
      const found = this.longest(text.text, at);
      if (!found) {
        at++;
        continue;
      }
      const end = at + found.length;
      const bounds = (isLiteral && found.token.special) || this.bounds(text.text, found.token, at, end, done);
      at = end;
      if (bounds === true || bounds === undefined) continue;
      if (done < bounds.start) sections.push({ text: text.slice(done, bounds.start) });
      sections.push({ text: text.slice(bounds.start, bounds.end), id: found.token.id });
      done = bounds.end;
      at = Math.max(at, done);
    }
    if (done < text.length) sections.push({ text: text.slice(done, text.length) });
    return sections;
  }

  private longest(text: string, start: number): { token: AddedToken; length: number } | undefined {
    let node: Trie | undefined = this.trie;
    let found: { token: AddedToken; length: number } | undefined;
    for (let at = start; at < text.length && (node = node.get(text[at]!)); at++) {
      if (node.token) found = { token: node.token, length: at + 1 - start };
    }
    return found;
  }

  private bounds(text: string, token: AddedToken, start: number, end: number, done: number) {
    if (token.single_word) {
      // One character is enough to look at, or two units of it.
      const before = text.slice(Math.max(0, start - 2), start);
      const after = text.slice(end, end + 2);
      if (ENDS_WITH_WORD.test(before) || BEGINS_WITH_WORD.test(after)) return undefined;
    }
    let from = start;
    let to = end;
    if (token.lstrip) while (from > done && isSpace(text[from - 1]!)) from--;
    if (token.rstrip) while (to < text.length && isSpace(text[to]!)) to++;
    return { start: from, end: to };
  }
}

function isSpace(unit: string): boolean {
  return /\p{White_Space}/u.test(unit);
}
