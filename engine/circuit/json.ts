// JSON text in and out: syntax errors with line and column, and one stable, readable layout.
import { EngineError } from "../base/errors.ts";
import { say } from "../base/sentence.ts";

/** A parsed value; `unknown` on purpose, for the caller to check. */
export function parseJson(text: string, file: string): unknown {
  const json = text.startsWith("\uFEFF") ? text.slice(1) : text;
  if (json.trim() === "")
    throw new EngineError("invalid-file", say`${file}: the file is empty. Is it still being written?`, {
      place: { file },
    });
  try {
    return JSON.parse(json);
  } catch (error) {
    const reason = (error as Error).message;
    const place = placeOf(json);
    const where = `${file}:${place.line}:${place.column}`;
    const remedy = say`Restore the file from where it was written, or correct it there.`;
    throw new EngineError("invalid-file", say`${where}: not valid JSON: ${plain(reason)}. ${remedy}`, {
      place: { file, ...place },
    });
  }
}

/** Line and column of the first character that cannot go on from what stands before it. */
function placeOf(json: string): { line: number; column: number } {
  let [good, bad] = [0, json.length + 1];
  while (bad - good > 1) {
    const middle = Math.floor((good + bad) / 2);
    if (canGoOn(json.slice(0, middle))) good = middle;
    else bad = middle;
  }
  const before = json.slice(0, good).split("\n");
  return { line: before.length, column: (before.at(-1) as string).length + 1 };
}

/** Whether a text is the beginning of some JSON text, by V8's reason for not reading it: that it ends too early. */
function canGoOn(prefix: string): boolean {
  try {
    JSON.parse(prefix);
    return true;
  } catch (error) {
    const { message } = error as Error;
    const position = /at position (\d+)/.exec(message);
    return /^Unexpected end|^Unterminated/.test(message) || (position !== null && Number(position[1]) >= prefix.length);
  }
}

/** V8's reason without its offset and without its copy of the text. */
function plain(reason: string): string {
  return reason.replace(/ in JSON at position.*$| at position.*$/s, "").replace(/, "?\.{0,3}.*is not valid JSON$/s, "");
}

const LINE = 120;

/**
 * JSON with two-space indentation in which whatever fits a line stays on one line, and lists of plain values always do.
 * Keys keep their order, absent (undefined) ones are left out, numbers are the shortest text that reads back the same.
 * @throws Error "internal" for NaN and infinities, which JSON cannot hold
 */
export function formatJson(value: unknown): string {
  return `${render(value, "", 0)}\n`;
}

/** @param used width of what stands on the line between the indentation and the value */
function render(value: unknown, indent: string, used: number): string {
  const inline = renderInline(value);
  if (typeof value !== "object" || value === null || isFlatList(value)) return inline;
  const isWhole = indent === "";
  if (!isWhole && indent.length + used + inline.length < LINE) return inline;
  const [open, close] = Array.isArray(value) ? "[]" : "{}";
  const inner = `${indent}  `;
  const lines = entriesOf(value).map(({ key, item }) => `${inner}${key}${render(item, inner, key.length)}`);
  return `${open}\n${lines.join(",\n")}\n${indent}${close}`;
}

function renderInline(value: unknown): string {
  if (typeof value !== "object" || value === null) return scalar(value);
  const entries = entriesOf(value).map(({ key, item }) => `${key}${renderInline(item)}`);
  if (Array.isArray(value)) return `[${entries.join(", ")}]`;
  return entries.length === 0 ? "{}" : `{ ${entries.join(", ")} }`;
}

function isFlatList(value: object): boolean {
  return Array.isArray(value) && value.every((item) => typeof item !== "object");
}

function entriesOf(value: object): { key: string; item: unknown }[] {
  if (Array.isArray(value)) return value.map((item: unknown) => ({ key: "", item }));
  return Object.entries(value)
    .filter(([, item]) => item !== undefined)
    .map(([key, item]: [string, unknown]) => ({ key: `${JSON.stringify(key)}: `, item }));
}

function scalar(value: unknown): string {
  if (typeof value === "number" && !Number.isFinite(value)) throw new Error(`internal: JSON cannot hold ${value}`);
  return JSON.stringify(value);
}
