// Where generated text ends: at a token, or at a string that may lie across several tokens.
import { greatest, least } from "../base/greatest.ts";

/**
 * Text as it grows, with the part held back that may still become a stop string or is half a character.
 * What was handed out never has to be taken back.
 */
export class GrowingText {
  private text = "";
  private given = 0;

  constructor(private readonly stops: readonly string[]) {}

  /**
   * @param whole the decoded text of all tokens so far
   * @returns what may be shown now, and whether a stop string is in it (which itself is not shown)
   */
  grow(whole: string): { readonly shown: string; readonly stopped: boolean } {
    this.text = whole;
    const found = this.stops.map((stop) => whole.indexOf(stop)).filter((at) => at >= 0);
    if (found.length > 0) return { shown: this.upTo(least(found)), stopped: true };
    return { shown: this.upTo(whole.length - this.undecided(whole)), stopped: false };
  }

  /** What was held back, once it is known that nothing follows. */
  rest(): string {
    return this.upTo(this.text.length);
  }

  private upTo(end: number): string {
    const shown = this.text.slice(this.given, Math.max(this.given, end));
    this.given = Math.max(this.given, end);
    return shown;
  }

  /** Characters at the end that the next token may change: an unfinished character, the beginning of a stop string. */
  private undecided(whole: string): number {
    const unfinished = /\uFFFD*$/.exec(whole)![0].length;
    const begun = this.stops.map((stop) => beginningAtEnd(whole, stop));
    return greatest(begun, Math.max(unfinished, 0));
  }
}

/** Length of the longest beginning of `stop` with which the text ends. */
function beginningAtEnd(text: string, stop: string): number {
  for (let length = Math.min(stop.length - 1, text.length); length > 0; length--) {
    if (text.endsWith(stop.slice(0, length))) return length;
  }
  return 0;
}
