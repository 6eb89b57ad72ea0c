// A sentence of the engine's as it came over the wire, where the engine may be another's: checked, and no larger than sentences are.
import type { Spoken } from "../../engine/base/sentence.ts";

/** Far more than any sentence of the engine's has. */
const MOST = { characters: 200_000, values: 20_000, depth: 12 } as const;

/** Undefined for what is no sentence. */
export function readSpoken(value: unknown): Spoken | undefined {
  const left = { values: MOST.values as number };
  return isSpoken(value, MOST.depth, left) ? value : undefined;
}

/** @param left counts down the values of the whole sentence */
function isSpoken(value: unknown, depth: number, left: { values: number }): value is Spoken {
  if (typeof value !== "object" || value === null || depth === 0) return false;
  const { text, template, values, isList } = value as Partial<Record<keyof Spoken, unknown>>;
  if (!isText(text) || !isText(template) || !Array.isArray(values)) return false;
  if (isList !== undefined && isList !== true) return false;
  left.values -= values.length;
  return left.values >= 0 && values.every((own) => isText(own) || isSpoken(own, depth - 1, left));
}

const isText = (value: unknown): value is string => typeof value === "string" && value.length <= MOST.characters;
