// Events: what a neuron's activation is held against, as labels of places and tokens whose probability tells of them.
import { EngineError } from "../base/errors.ts";
import { say, sayList } from "../base/sentence.ts";
import type { Tokenizer } from "../tokens/tokenizer.ts";
import { withinTime } from "../tokens/time-limit.ts";
import type { Place, ReadText } from "./place.ts";

/** Labelled places, and of each the tokens of the event and of its control. */
export interface LabelledPlaces {
  readonly texts: readonly ReadText[];
  readonly places: readonly Place[];
  /** By place: 1 at an event. */
  readonly labels: Uint8Array;
  /** Ids of the event and of the control at a place. */
  readonly sets: (place: number) => readonly (readonly number[])[];
}

/** Text behind a place that a pattern sees, in tokens. */
const seen = 64;
/** Milliseconds that one pattern may take over all places. */
const patternTime = 10_000;

const nextToken = (texts: readonly ReadText[], { text, position }: Place): number => texts[text].ids[position + 1];

/** 1 where the next token is one of the ids. */
export function tokenLabels(texts: readonly ReadText[], places: readonly Place[], ids: readonly number[]): Uint8Array {
  const wanted = new Set(ids);
  return Uint8Array.from(places, (place) => Number(wanted.has(nextToken(texts, place))));
}

/** 1 where what follows begins as the expression says. @throws EngineError "usage" for what is no expression, or never ends */
export function patternLabels(
  texts: readonly ReadText[],
  places: readonly Place[],
  pattern: string,
  tokenizer: Pick<Tokenizer, "decode">,
): Uint8Array {
  const expression = compiled(pattern);
  return withinTime(
    patternTime,
    () =>
      Uint8Array.from(places, ({ text, position }) => {
        expression.lastIndex = 0;
        return Number(expression.test(tokenizer.decode(texts[text].ids.slice(position + 1, position + 1 + seen))));
      }),
    () =>
      new EngineError(
        "usage",
        say`--pattern: ${JSON.stringify(pattern)} takes longer than 10 s on these texts; write a simpler one.`,
      ),
  );
}

function compiled(pattern: string): RegExp {
  try {
    return new RegExp(pattern, "uy");
  } catch (cause) {
    throw new EngineError(
      "usage",
      say`--pattern: ${JSON.stringify(pattern)} is no regular expression (${(cause as Error).message}).`,
      {},
      { cause },
    );
  }
}

/** Ids of texts that are one token each. @throws EngineError "usage" for what is not */
export function tokenIds(
  words: readonly string[],
  tokenizer: Pick<Tokenizer, "encodePlain" | "token">,
  flag: string,
): number[] {
  return words.map((word) => {
    const ids = tokenizer.encodePlain(word);
    if (ids.length === 1) return ids[0];
    const parts = sayList(
      ids.map((id) => JSON.stringify(tokenizer.token(id))),
      " ",
    );
    throw new EngineError(
      "usage",
      say`${flag}: ${JSON.stringify(word)} is ${ids.length} tokens here (${parts}). Name one token, with the space that it begins with, or use --pattern.`,
      { word },
    );
  });
}

/** The different tokens that follow these places, the commonest first. */
export function followers(texts: readonly ReadText[], places: readonly Place[]): number[] {
  const counts = new Map<number, number>();
  for (const place of places) {
    const id = nextToken(texts, place);
    counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  return [...counts].sort((a, b) => b[1] - a[1] || a[0] - b[0]).map(([id]) => id);
}

const OPEN = "[[";
const CLOSE = "]]";

/** A text without its marks, and where they stood, as UTF-16 indices. @throws EngineError "invalid-file" for marks that do not close */
export function unmarked(
  line: string,
  file: string,
  number: number,
): { readonly text: string; readonly ranges: readonly (readonly [number, number])[] } {
  const ranges: [number, number][] = [];
  let text = "";
  for (let at = 0; ;) {
    const open = line.indexOf(OPEN, at);
    if (open < 0) return { text: text + line.slice(at), ranges };
    const close = line.indexOf(CLOSE, open);
    if (close < 0) {
      throw new EngineError("invalid-file", say`${file}:${number}: "[[" is never closed by "]]".`, {
        place: { file, line: number, column: open + 1 },
      });
    }
    text += line.slice(at, open);
    const start = text.length;
    text += line.slice(open + OPEN.length, close);
    ranges.push([start, text.length]);
    at = close + CLOSE.length;
  }
}

/** Positions t of a text whose next token has its first letter inside a mark. */
export function markedPositions(
  text: string,
  ranges: readonly (readonly [number, number])[],
  spans: readonly { readonly start: number; readonly end: number }[],
): number[] {
  return spans.flatMap(({ start, end }, index) => {
    let first = start;
    while (first < end - 1 && text[first] === " ") first++;
    const isInside = end > start && ranges.some(([from, to]) => first >= from && first < to);
    return isInside && index > 0 ? [index - 1] : [];
  });
}
