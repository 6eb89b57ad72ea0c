// Sentences with slots, such as "When {IO} and {S} went to the {P}, {S} gave a {O} to": parsing, names of occurrences, filling.
import { say, type Sentence } from "../base/sentence.ts";
import type { WordList } from "./task.ts";

/** One "{slot}", "{slot.column}", "{slot+1}" (the row after) or "{slot+1.column}". */
export interface Reference {
  readonly slot: string;
  /** Column of the list, absent for its first. */
  readonly column?: string;
  /** Rows further down the list. */
  readonly offset: number;
  /** Name of this occurrence: the slot, with a number where it occurs several times in the sentence (S1, S2). */
  readonly name?: string;
}

export type Piece = string | Reference;
export type Template = readonly Piece[];

/** What may follow the sentence: strings with slots, or a part of an ordered list. */
export type AnswerRule =
  | { readonly kind: "strings"; readonly strings: readonly Template[] }
  | {
      readonly kind: "range";
      readonly list: string;
      readonly slot: string;
      readonly side: RangeSide;
      readonly prefix: string;
    };

export type RangeSide = "after" | "before" | "upTo";

/** Slot → row of its list. */
export type Filling = Readonly<Record<string, number>>;

/** Which words belong to which slot. */
export interface Vocabulary {
  readonly lists: Readonly<Record<string, WordList>>;
  readonly slots: Readonly<Record<string, string>>;
}

const REFERENCE = /^([A-Za-z][A-Za-z0-9]*)(?:\+(\d{1,3}))?(?:\.([A-Za-z]\w*))?$/;

/**
 * @returns the pieces, or a sentence saying what is wrong and the part of the text that it is about
 */
export function parseTemplate(text: string): { pieces: Template } | { problem: Sentence; part: string } {
  const pieces: Piece[] = [];
  let at = 0;
  for (const match of text.matchAll(/[{}]/g)) {
    if (match.index < at) continue;
    if (match[0] === "}")
      return { problem: say`has a "}" without "{"; slots are written {NAME}`, part: text.slice(match.index) };
    const end = text.indexOf("}", match.index);
    if (end < 0) {
      return { problem: say`has a "{" that is not closed; slots are written {NAME}`, part: text.slice(match.index) };
    }
    const inside = text.slice(match.index + 1, end);
    const parts = REFERENCE.exec(inside);
    if (!parts) {
      return {
        problem: say`has "{${inside}}"; write {SLOT}, {SLOT.column} or {SLOT+1} with letters and digits`,
        part: `{${inside}}`,
      };
    }
    if (match.index > at) pieces.push(text.slice(at, match.index));
    pieces.push({ slot: parts[1]!, column: parts[3], offset: Number(parts[2] ?? 0) });
    at = end + 1;
  }
  if (at < text.length) pieces.push(text.slice(at));
  return { pieces };
}

export function isReference(piece: Piece): piece is Reference {
  return typeof piece !== "string";
}

/** The reference as it is written, {S.name} or {S+1}. */
export function writtenReference({ slot, offset, column }: Reference): string {
  return `{${slot}${offset > 0 ? `+${offset}` : ""}${column === undefined ? "" : `.${column}`}}`;
}

export function references(template: Template): Reference[] {
  return template.filter(isReference);
}

/** The same template with every reference of offset 0 named: IO if it occurs once, S1 and S2 if twice. */
export function nameOccurrences(template: Template): Template {
  const plain = references(template).filter(({ offset }) => offset === 0);
  const total = new Map<string, number>();
  for (const { slot } of plain) total.set(slot, (total.get(slot) ?? 0) + 1);
  const seen = new Map<string, number>();
  return template.map((piece) => {
    if (!isReference(piece) || piece.offset !== 0) return piece;
    const count = (seen.get(piece.slot) ?? 0) + 1;
    seen.set(piece.slot, count);
    return { ...piece, name: total.get(piece.slot) === 1 ? piece.slot : `${piece.slot}${count}` };
  });
}

/** The first references to the two slots exchanged: "IO and S ... S" becomes "S and IO ... S". */
export function exchangeFirst(template: Template, [first, second]: readonly [string, string]): Template {
  const exchanged = new Map([
    [template.findIndex((piece) => isReference(piece) && piece.slot === first), second],
    [template.findIndex((piece) => isReference(piece) && piece.slot === second), first],
  ]);
  return template.map((piece, index) => {
    const slot = exchanged.get(index);
    return isReference(piece) && slot !== undefined ? { ...piece, slot } : piece;
  });
}

/** Place of a filler in a text: UTF-16 indices [start, end). */
export interface Mark {
  readonly reference: Reference;
  readonly start: number;
  readonly end: number;
}

/**
 * The sentence as text.
 *
 * @param replaced  occurrence name → row to use instead of the filling's
 */
export function render(
  template: Template,
  filling: Filling,
  vocabulary: Vocabulary,
  replaced: Readonly<Record<string, number>> = {},
): { text: string; marks: Mark[] } {
  let text = "";
  const marks: Mark[] = [];
  for (const piece of template) {
    if (isReference(piece)) {
      const row = (piece.name !== undefined ? replaced[piece.name] : undefined) ?? filling[piece.slot]!;
      const word = wordAt(piece, row, vocabulary);
      marks.push({ reference: piece, start: text.length, end: text.length + word.length });
      text += word;
    } else {
      text += piece;
    }
  }
  return { text, marks };
}

/** The word that a reference stands for when its slot holds the given row. */
export function wordAt({ slot, column, offset }: Reference, row: number, { lists, slots }: Vocabulary): string {
  const list = lists[slots[slot]!]!;
  const index = column === undefined ? 0 : list.columns.indexOf(column);
  return list.rows[row + offset]![index]!;
}

/** The answers as strings, each to be one token. */
export function answerStrings(rule: AnswerRule, filling: Filling, vocabulary: Vocabulary): string[] {
  if (rule.kind === "strings") return rule.strings.map((string) => render(string, filling, vocabulary).text);
  const words = vocabulary.lists[rule.list]!.rows.map((row) => rule.prefix + row[0]!);
  const at = filling[rule.slot]!;
  if (rule.side === "after") return words.slice(at + 1);
  return words.slice(0, rule.side === "upTo" ? at + 1 : at);
}

/** Slots that a rule reads. */
export function slotsOfRule(rule: AnswerRule): string[] {
  return rule.kind === "range"
    ? [rule.slot]
    : rule.strings.flatMap((string) => references(string).map(({ slot }) => slot));
}
