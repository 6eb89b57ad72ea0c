// A setting as one word of a command line, and back.
import { z } from "zod";
import { UNIT_KINDS, type UnitKind } from "./lists.ts";
import { type Leaf, type Spelling, unwrapped } from "./option.ts";

/** "heads,mlps" */
export const unitKindsSpelled: Spelling = {
  write: (kinds) => (kinds as readonly UnitKind[]).map((kind) => `${kind}s`).join(","),
  read: (text) => words(text).map((word) => UNIT_KINDS.find((kind) => `${kind}s` === word) ?? word),
};

/** Texts with their spaces, parted by commas; a backslash takes the next character as it is, `n` as a new line. */
export const textsSpelled: Spelling = {
  write: (texts) =>
    (texts as readonly string[])
      .map((text) => text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll(",", "\\,"))
      .join(","),
  read: (text) => {
    const texts = [""];
    for (const [, escaped, plain] of text.matchAll(/\\(.)|([^\\]|\\$)/gs)) {
      if (plain === ",") texts.push("");
      else texts[texts.length - 1] += escaped === undefined ? plain! : escaped === "n" ? "\n" : escaped;
    }
    return texts;
  },
};

/** The word for a value. */
export function written({ words: { spelling } }: Leaf, value: unknown): string {
  if (spelling) return spelling.write(value);
  return Array.isArray(value) ? value.map((entry) => String(entry).replaceAll(",", "\\,")).join(",") : String(value);
}

/**
 * The value that a word stands for, checked against the setting's schema.
 *
 * @returns a sentence where it stands for none
 */
export function understood({ schema, words: { spelling } }: Leaf, text: string): Understood {
  const value = spelling ? spelling.read(text) : readAs(unwrapped(schema), text);
  const parsed = schema.safeParse(value);
  return parsed.success ? { value: parsed.data } : { sentence: sentenceOf(parsed.error.issues[0]!, value) };
}

export type Understood = { readonly value: unknown } | { readonly sentence: string };

/** Which of several words is wrong, and what would be right. */
function sentenceOf({ path: [at], message }: z.core.$ZodIssue, value: unknown): string {
  return typeof at === "number" && Array.isArray(value) ? `"${String(value[at])}": ${message}` : message;
}

function readAs(schema: z.ZodType, text: string): unknown {
  if (schema instanceof z.ZodArray)
    return words(text).map((word) => readAs(unwrapped(schema.element as z.ZodType), word));
  if (schema instanceof z.ZodNumber) return numberOf(text);
  if (schema instanceof z.ZodUnion) {
    const readings = (schema.options as z.ZodType[]).map((choice) => readAs(unwrapped(choice), text));
    return readings.find((reading) => schema.safeParse(reading).success) ?? text;
  }
  return text;
}

/** Parted by commas; a comma within a word has a backslash before it. */
const words = (text: string): string[] => text.split(/(?<!\\),/).map((word) => word.trim().replaceAll("\\,", ","));

/** The text itself where it is no number, so that the schema refuses it. */
function numberOf(text: string): unknown {
  return /^-?\d{1,15}(\.\d{1,20})?(e[+-]?\d{1,3})?$/i.test(text.trim()) ? Number(text) : text;
}
