// Patterns of a tokenizer.json: texts as they stand, or regular expressions as Oniguruma reads them.
import { SplitPreTokenizer } from "@huggingface/tokenizers";
import { z } from "zod";
import type { Component } from "./component.ts";

export const patternSchema = z.union([z.object({ Regex: z.string() }), z.object({ String: z.string() })]);
export type Pattern = z.infer<typeof patternSchema>;

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
    throw component.unsupported(`the pattern ${JSON.stringify(pattern.Regex)} (${(cause as Error).message})`);
  }
  throw component.unsupported(`the pattern ${JSON.stringify(pattern.Regex)}`);
}
