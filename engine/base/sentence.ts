// What the engine says: a sentence with holes and the values in them, so that another language can put it into its own words.
//
// The English sentence with its holes is the key under which other languages have theirs, as with gettext.

/** A sentence as plain data, which crosses any wire. */
export interface Spoken {
  /** In English. */
  readonly text: string;
  /** In English, with numbered holes: "{0}: line {1} is empty."; of a list what stands between its values. */
  readonly template: string;
  /** In the order of the holes; a sentence in a hole is worded by itself. */
  readonly values: readonly (string | Spoken)[];
  readonly isList?: true;
}

/** What a reader of a result must know. */
export type Note = Spoken;

type Value = string | number | bigint | Spoken;

export class Sentence implements Spoken {
  declare readonly isList?: true;

  private constructor(
    readonly text: string,
    readonly template: string,
    readonly values: readonly (string | Spoken)[],
    isList = false,
  ) {
    if (isList) this.isList = true;
  }

  static of(parts: readonly string[], values: readonly Value[]): Sentence {
    const template = parts.reduce((text, part, i) => `${text}{${i - 1}}${part}`);
    return new Sentence(String.raw({ raw: parts }, ...values.map(textOf)), template, values.map(kept));
  }

  static list(values: readonly Value[], between: string): Sentence {
    return new Sentence(values.map(textOf).join(between), between, values.map(kept), true);
  }

  /** What came over a wire as plain data. */
  static from(spoken: Spoken): Sentence {
    return Sentence.changed(spoken, (text) => text);
  }

  /** The same sentence with every text in its holes, and the whole text, changed in one way: made shorter, or visible. */
  static changed({ text, template, values, isList }: Spoken, change: (text: string) => string): Sentence {
    const inner = values.map((value) => (typeof value === "string" ? change(value) : Sentence.changed(value, change)));
    return new Sentence(change(text), template, inner, isList);
  }

  toString(): string {
    return this.text;
  }

  /** Data for other programs have the English text. */
  toJSON(): string {
    return this.text;
  }
}

const kept = (value: Value): string | Spoken => (typeof value === "object" ? value : String(value));

/** In English. */
export const textOf = (value: Value): string => (typeof value === "object" ? value.text : String(value));

/** A tag: say`${file}: line ${line} is empty.` */
export function say(parts: TemplateStringsArray, ...values: readonly Value[]): Sentence {
  return Sentence.of(parts, values);
}

/** Values one after the other; the text is what `values.join(between)` gives. */
export function sayList(values: readonly Value[], between: string): Sentence {
  return Sentence.list(values, between);
}

/** "1 layer", "2 layers" */
export function counted(n: number, one: Sentence, many: Sentence): Sentence {
  return say`${n} ${n === 1 ? one : many}`;
}

/** Without those whose English text another one before has. */
export function eachOnce<Said extends Note>(sentences: readonly Said[]): readonly Said[] {
  const texts = new Set<string>();
  return sentences.filter((one) => !texts.has(textOf(one)) && texts.add(textOf(one)));
}

/** What schemas ask for, by its text: they are a closed set, and zod carries bare texts alone. */
const ASKED = new Map<string, Sentence>();

/** A sentence as the message of a schema, from which `heard` has it again. */
export function asks(wish: Sentence): string {
  ASKED.set(wish.text, wish);
  return wish.text;
}

/** The sentence of a schema's message; of a text that no schema of ours asks with the bare text. */
export function heard(text: string): Sentence {
  return ASKED.get(text) ?? say`${text}`;
}
