// The passages of a file, by its form: a line each, a JSON object a line each, or paragraphs of running text.
import { EngineError } from "../base/errors.ts";
import { say, sayList, type Sentence } from "../base/sentence.ts";
import { type LineOptions, linesOf } from "./lines.ts";

export const CORPUS_FORMS = ["lines", "jsonl", "text"] as const;
/** lines: one sentence or text a line; jsonl: one JSON object a line; text: running text, blank lines between paragraphs. */
export type CorpusForm = (typeof CORPUS_FORMS)[number];

export interface Passage {
  readonly text: string;
  /** The line on which it begins, 1-based. */
  readonly line: number;
}

export interface PassageOptions {
  readonly form: CorpusForm;
  /** The field of a JSON object that holds the text. */
  readonly field: string;
  readonly seen?: LineOptions["seen"];
}

/** A novel has a million characters; nothing that is one passage has more. */
const longestLine = 4_000_000;
/** Where running text has no blank line for so many characters, it is taken in parts. */
const longestParagraph = 100_000;

/** Passages with anything in them, in order. @throws EngineError "missing-file" or "invalid-file" */
export function* passagesOf(file: string, { form, field, seen }: PassageOptions): Generator<Passage> {
  const lines = linesOf(file, { longest: longestLine, seen });
  if (form === "text") {
    yield* paragraphs(lines);
    return;
  }
  for (const { text, number } of lines) {
    if (text.trim() === "") continue;
    const passage = form === "lines" ? text : textOf(text, field, file, number);
    if (passage.trim() !== "") yield { text: passage, line: number };
  }
}

function* paragraphs(lines: ReturnType<typeof linesOf>): Generator<Passage> {
  let held: string[] = [];
  let length = 0;
  let first = 1;
  for (const { text, number } of lines) {
    const ends = text.trim() === "" || length + text.length > longestParagraph;
    if (ends && held.length > 0) {
      yield { text: held.join("\n"), line: first };
      [held, length] = [[], 0];
    }
    if (text.trim() === "") continue;
    if (held.length === 0) first = number;
    held.push(text);
    length += text.length;
  }
  if (held.length > 0) yield { text: held.join("\n"), line: first };
}

function textOf(line: string, field: string, file: string, number: number): string {
  const fail = (sentence: Sentence, cause?: unknown) =>
    new EngineError("invalid-file", say`${file}:${number}: ${sentence}`, { place: { file, line: number } }, { cause });
  let data: unknown;
  try {
    data = JSON.parse(line);
  } catch (cause) {
    throw fail(say`is not JSON; a corpus of form jsonl has one JSON object on every line.`, cause);
  }
  if (typeof data === "string") return data;
  if (typeof data !== "object" || data === null || Array.isArray(data)) {
    throw fail(say`is neither a JSON object with a field "${field}" nor a text.`);
  }
  const value = Object.hasOwn(data, field) ? (data as Record<string, unknown>)[field] : undefined;
  if (typeof value === "string") return value;
  const found = value === undefined ? say`has no field "${field}"` : say`has a field "${field}" that is no text`;
  const fields = Object.keys(data).slice(0, 10);
  throw fail(say`${found}; its fields are ${fields.length > 0 ? sayList(fields, ", ") : say`none`}.`);
}
