// Named token positions of a sentence: its mentions (S1), tokens beside them (S1+1), and END.
import type { TokenSpan } from "../tokens/tokenizer.ts";
import type { Mark } from "./template.ts";

const POSITION = /^([A-Za-z][A-Za-z0-9]*)([+-]\d{1,2})?$/;

/** The base name and shift of "S1+1", or undefined if it is not written so. */
export function parsePosition(position: string): { base: string; shift: number } | undefined {
  const match = POSITION.exec(position);
  return match ? { base: match[1]!, shift: Number(match[2] ?? 0) } : undefined;
}

/** Indices of the tokens that a filler lies in; BOS counts. */
export function tokensOfMark({ start, end }: Mark, spans: readonly TokenSpan[]): number[] {
  return spans.flatMap((span, index) => (span.start < end && span.end > start ? [index] : []));
}

/**
 * Token index by name: for a filler of several tokens its last one.
 *
 * @param wanted  names to give; none: every mention
 * @param length  number of tokens, BOS counted
 */
export function markedPositions(
  { marks }: { readonly marks: readonly Mark[] },
  spans: readonly TokenSpan[],
  wanted: readonly string[],
  length: number,
): Record<string, number> | { outside: string } {
  const mentions = new Map<string, number>([["END", length - 1]]);
  for (const mark of marks) {
    const last = tokensOfMark(mark, spans).at(-1);
    if (mark.reference.name !== undefined && last !== undefined) mentions.set(mark.reference.name, last);
  }
  const names = wanted.length > 0 ? wanted : [...mentions.keys()].filter((name) => name !== "END");
  const positions: Record<string, number> = {};
  for (const name of names) {
    const { base, shift } = parsePosition(name)!;
    const position = (mentions.get(base) ?? -1) + shift;
    if (!mentions.has(base) || position < 0 || position >= length) return { outside: name };
    positions[name] = position;
  }
  return { ...positions, END: length - 1 };
}
