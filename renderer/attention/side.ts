// The attention pattern that is shown of a pair of prompts: the clean one's, the corrupt one's, or their difference.
import type { Attention } from "../../engine/contract.ts";

export const SIDES = ["clean", "corrupt", "difference"] as const;
export type Side = (typeof SIDES)[number];

export interface ShownPattern {
  readonly tokens: readonly string[];
  /** "query key" */
  readonly values: Float32Array;
  readonly signed: boolean;
}

export function shownPattern({ clean, corrupt, cleanPattern, corruptPattern }: Attention, side: Side): ShownPattern {
  if (side === "clean") return { tokens: clean.tokens, values: cleanPattern.data as Float32Array, signed: false };
  if (side === "corrupt") return { tokens: corrupt.tokens, values: corruptPattern.data as Float32Array, signed: false };
  return {
    tokens: clean.tokens.map((token, i) => (token === corrupt.tokens[i] ? token : `${token} |${corrupt.tokens[i]}`)),
    values: Float32Array.from(cleanPattern.data, (value, i) => value - corruptPattern.data[i]),
    signed: true,
  };
}
