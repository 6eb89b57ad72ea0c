// A text that was changed, and for each of its UTF-16 units the characters of the original that it stands for.

interface Change {
  readonly start: number;
  readonly end: number;
  readonly content: string;
}

export class AlignedText {
  private constructor(
    readonly text: string,
    /** Original [start, end) of each unit. */
    private readonly starts: readonly number[],
    private readonly ends: readonly number[],
    /** Where the text begins in the original, though it may be empty. */
    readonly offset: number,
  ) {}

  /** Every unit stands for its whole character. */
  static of(text: string): AlignedText {
    const starts: number[] = [];
    const ends: number[] = [];
    let at = 0;
    for (const character of text) {
      for (let unit = 0; unit < character.length; unit++) {
        starts.push(at);
        ends.push(at + character.length);
      }
      at += character.length;
    }
    return new AlignedText(text, starts, ends, 0);
  }

  get length(): number {
    return this.text.length;
  }

  slice(start: number, end: number): AlignedText {
    const { text, starts, ends } = this;
    return new AlignedText(
      text.slice(start, end),
      starts.slice(start, end),
      ends.slice(start, end),
      starts[start] ?? this.endOf(start),
    );
  }

  /** Original characters of units [start, end); nothing of them: an empty place. */
  span(start: number, end: number): { start: number; end: number } {
    if (start >= end)
      return { start: this.starts[start] ?? this.endOf(start), end: this.starts[start] ?? this.endOf(start) };
    return { start: this.starts[start]!, end: this.ends[end - 1]! };
  }

  /** @param changes in order, not overlapping; what is put in stands for what it replaces, or for nothing */
  replace(changes: readonly Change[]): AlignedText {
    if (changes.length === 0) return this;
    let text = "";
    const starts: number[] = [];
    const ends: number[] = [];
    let at = 0;
    const keep = (end: number): void => {
      text += this.text.slice(at, end);
      for (; at < end; at++) {
        starts.push(this.starts[at]!);
        ends.push(this.ends[at]!);
      }
    };
    for (const change of changes) {
      keep(change.start);
      const span = this.span(change.start, change.end);
      text += change.content;
      for (let unit = 0; unit < change.content.length; unit++) {
        starts.push(span.start);
        ends.push(span.end);
      }
      at = change.end;
    }
    keep(this.length);
    return new AlignedText(text, starts, ends, this.offset);
  }

  /** Each match of a global pattern by its own content. */
  replaceAll(pattern: RegExp, content: (match: string) => string): AlignedText {
    const changes: Change[] = [];
    for (const match of this.text.matchAll(pattern)) {
      const made = content(match[0]);
      if (made !== match[0]) changes.push({ start: match.index, end: match.index + match[0].length, content: made });
    }
    return this.replace(changes);
  }

  /** Each character by its own content. */
  eachCharacter(content: (character: string) => string): AlignedText {
    const characters = Array.from(this.text);
    const made = characters.map(content);
    // Most are as long as they were, so that each unit stands for what it stood for.
    const isUnitByUnit = made.every(({ length }, i) => length === characters[i]!.length);
    if (isUnitByUnit) return new AlignedText(made.join(""), this.starts, this.ends, this.offset);
    return this.replaceAll(/./gsu, content);
  }

  prepend(content: string): AlignedText {
    return this.replace([{ start: 0, end: 0, content }]);
  }

  private endOf(unit: number): number {
    return this.ends[unit - 1] ?? this.offset;
  }
}
