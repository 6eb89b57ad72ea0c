// How a tokenizer cuts a text into words, within which its tokens lie.
import { say } from "../base/sentence.ts";
import { z } from "zod";
import type { AlignedText } from "./aligned-text.ts";
import { charactersOfBytes, GPT2_WORDS } from "./byte-level.ts";
import type { Component } from "./component.ts";
import { expressionOf, patternSchema } from "./pattern.ts";

export type PreTokenizer = (word: AlignedText) => AlignedText[];

const BEHAVIORS = ["Removed", "Isolated", "MergedWithPrevious", "MergedWithNext", "Contiguous"] as const;
type Behavior = (typeof BEHAVIORS)[number];
const behaviorSchema = z.enum(BEHAVIORS);

const WHITE_SPACE = /\p{White_Space}+/gu;
const PUNCTUATION = "[\\p{P}!-/:-@\\[-`{-~]";

/** What Rust's library calls a word character. */
const WORDS =
  /[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\u200c\u200d]+|[^\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\u200c\u200d\p{White_Space}]+/gu;

const whole: PreTokenizer = (word) => [word];

/** @throws EngineError "invalid-file" or "unsupported" */
export function createPreTokenizer(component: Component): PreTokenizer {
  if (component.json === null || component.json === undefined) return whole;
  const { type } = component;
  switch (type) {
    case "Sequence":
      return component
        .parts("pretokenizers")
        .map(createPreTokenizer)
        .reduce((first, next) => (word) => first(word).flatMap(next), whole);
    case "ByteLevel":
      return byteLevel(component);
    case "Metaspace":
      return metaspace(component);
    case "Split": {
      const { pattern, behavior, invert } = component.read(
        z.looseObject({ pattern: patternSchema, behavior: behaviorSchema, invert: z.boolean().default(false) }),
      );
      return splitter(expressionOf(pattern, component), behavior, invert);
    }
    case "Digits": {
      const { individual_digits } = component.read(z.looseObject({ individual_digits: z.boolean().default(false) }));
      return splitter(/\p{N}/gu, individual_digits ? "Isolated" : "Contiguous");
    }
    case "Punctuation": {
      const { behavior } = component.read(z.looseObject({ behavior: behaviorSchema.default("Isolated") }));
      return splitter(new RegExp(PUNCTUATION, "gu"), behavior);
    }
    case "Whitespace":
      return splitter(WORDS, "Removed", true);
    case "WhitespaceSplit":
      return splitter(WHITE_SPACE, "Removed");
    case "BertPreTokenizer": {
      const isolate = splitter(new RegExp(PUNCTUATION, "gu"), "Isolated");
      const words = splitter(WHITE_SPACE, "Removed");
      return (word) => words(word).flatMap(isolate);
    }
    default:
      throw component.unsupported(say`a pre-tokenizer of type "${type}"`);
  }
}

function byteLevel(component: Component): PreTokenizer {
  const { add_prefix_space, use_regex } = component.read(
    z.looseObject({ add_prefix_space: z.boolean().default(true), use_regex: z.boolean().default(true) }),
  );
  // JavaScript's \s lacks U+0085 and has U+FEFF.
  const words = use_regex ? splitter(expressionOf({ Regex: GPT2_WORDS }, component), "Isolated") : whole;
  return (word) => {
    const begun = add_prefix_space && !word.text.startsWith(" ") ? word.prepend(" ") : word;
    return words(begun).map((part) => part.eachCharacter(charactersOfBytes));
  };
}

function metaspace(component: Component): PreTokenizer {
  const fields = component.read(
    z.looseObject({
      replacement: z.string().min(1).default("▁"),
      prepend_scheme: z.enum(["first", "always", "never"]).optional(),
      add_prefix_space: z.boolean().optional(),
      split: z.boolean().default(true),
    }),
  );
  const { replacement, split } = fields;
  const scheme = fields.prepend_scheme ?? (fields.add_prefix_space === false ? "never" : "always");
  const words = split ? splitter(expressionOf({ String: replacement }, component), "MergedWithNext") : whole;
  return (word) => {
    const replaced = word.replaceAll(/ /g, () => replacement);
    const begins = scheme === "always" || (scheme === "first" && word.offset === 0);
    return words(begins && !replaced.text.startsWith(replacement) ? replaced.prepend(replacement) : replaced);
  };
}

interface Piece {
  readonly start: number;
  readonly end: number;
  readonly isMatch: boolean;
}

function splitter(expression: RegExp, behavior: Behavior, invert = false): PreTokenizer {
  return (word) =>
    merged(piecesOf(word.text, expression, invert), behavior)
      .filter(({ start, end }) => start < end)
      .map(({ start, end }) => word.slice(start, end));
}

/** Matches and what lies between them; inverted, the other way round. */
function piecesOf(text: string, expression: RegExp, invert: boolean): Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  for (const match of text.matchAll(expression)) {
    if (match.index > at) pieces.push({ start: at, end: match.index, isMatch: invert });
    pieces.push({ start: match.index, end: match.index + match[0].length, isMatch: !invert });
    at = match.index + match[0].length;
  }
  if (at < text.length) pieces.push({ start: at, end: text.length, isMatch: invert });
  return pieces;
}

function merged(pieces: readonly Piece[], behavior: Behavior): readonly Piece[] {
  switch (behavior) {
    case "Isolated":
      return pieces;
    case "Removed":
      return pieces.filter(({ isMatch }) => !isMatch);
    case "Contiguous":
      return joined(pieces, (left, right) => left.isMatch === right.isMatch);
    case "MergedWithPrevious":
      return joined(pieces, (left, right) => right.isMatch && !left.isMatch);
    case "MergedWithNext":
      return joined(pieces, (left, right) => left.isMatch && !right.isMatch);
  }
  return behavior satisfies never;
}

/** Neighbours that belong together as one piece, of the kind of the last. */
function joined(pieces: readonly Piece[], together: (left: Piece, right: Piece) => boolean): Piece[] {
  const result: Piece[] = [];
  for (const piece of pieces) {
    const last = result.at(-1);
    if (last && together(last, piece)) result[result.length - 1] = { ...piece, start: last.start };
    else result.push(piece);
  }
  return result;
}
