// The line of a file that a problem is in, with a caret under its column.
import type { Place } from "../../engine/base/errors.ts";

/** Characters of a long line that are shown. */
const width = 80;

export interface Excerpt {
  readonly line: string;
  /** As many spaces as come before the caret. */
  readonly before: number;
}

export function excerptAt(text: string | undefined, { line, column }: Place): Excerpt | undefined {
  const whole = line === undefined ? undefined : text?.split(/\r?\n/)[line - 1];
  if (whole === undefined) return undefined;
  const at = (column ?? 1) - 1;
  const start = at < width ? 0 : at - width / 2;
  const lead = start > 0 ? "…" : "";
  const tail = whole.length > start + width ? "…" : "";
  return { line: `${lead}${whole.slice(start, start + width)}${tail}`, before: lead.length + at - start };
}
