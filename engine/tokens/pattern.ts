// Patterns of a tokenizer.json: texts as they stand, or regular expressions as Oniguruma reads them.
import { say } from "../base/sentence.ts";
import { SplitPreTokenizer } from "@huggingface/tokenizers";
import { z } from "zod";
import type { Component } from "./component.ts";

export const patternSchema = z.union([z.object({ Regex: z.string() }), z.object({ String: z.string() })]);
export type Pattern = z.infer<typeof patternSchema>;

/** Of published tokenizers: each matches in a time that grows with the text, and with nothing else. */
const PUBLISHED: ReadonlySet<string> = new Set(
  ["\\p{N}", "\\p{N}{1,3}"].map(
    (numbers) =>
      `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|${numbers}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+`,
  ),
);

/** Whether parts of a tokenizer.json hold an expression that may take any time at all. */
export function holdsUnknownPattern(json: unknown): boolean {
  if (typeof json !== "object" || json === null) return false;
  return Object.entries(json).some(([key, value]) =>
    key === "Regex" ? !PUBLISHED.has(String(value)) : holdsUnknownPattern(value),
  );
}

/** A global expression that matches where the tokenizer's own library would. @throws EngineError "unsupported" */
export function expressionOf(pattern: Pattern, component: Component): RegExp {
  if ("String" in pattern) return new RegExp(pattern.String.replace(/[.*+?^${}()|[\]\\/-]/g, "\\$&"), "gu");
  try {
    const { pattern: translated } = new SplitPreTokenizer({
      type: "Split",
      pattern,
      invert: false,
      behavior: "Isolated",
    });
    if (translated) return translated;
  } catch (cause) {
    throw component.unsupported(say`the pattern ${JSON.stringify(pattern.Regex)} (${(cause as Error).message})`);
  }
  throw component.unsupported(say`the pattern ${JSON.stringify(pattern.Regex)}`);
}
