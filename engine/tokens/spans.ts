// Which characters of a text each of its tokens covers.
import { bytesOfToken } from "./byte-level.ts";
import type { TokenSpan } from "./tokenizer.ts";

/**
 * Exact for byte-level tokens: their bytes, one after the other, are the UTF-8 bytes of the normalised text.
 * Undefined if they are not, because the tokenizer changed the text in another way (a space put in front).
 *
 * @param normalise  what the tokenizer does to a text before it splits it
 */
export function spansOfBytes(
  text: string,
  ids: readonly number[],
  tokens: readonly string[],
  added: ReadonlySet<string>,
  normalise: (text: string) => string,
): TokenSpan[] | undefined {
  const normal = normalise(text);
  const bytes = Buffer.from(normal, "utf8");
  const bounds = characterBounds(normal, bytes.length);
  const original = originalBounds(text, normal, normalise);
  const spans: TokenSpan[] = [];
  let at = 0;
  for (const [index, token] of tokens.entries()) {
    const own = added.has(token) ? Buffer.from(token, "utf8") : bytesOfToken(token);
    if (!own || own.length === 0 || !bytes.subarray(at, at + own.length).equals(own)) return undefined;
    const start = original.start(bounds.starts[at]);
    const end = original.end(bounds.ends[at + own.length - 1]);
    spans.push({ id: ids[index], start, end });
    at += own.length;
  }
  return at === bytes.length ? spans : undefined;
}

/**
 * From places in the normalised text back to the text: both are cut where normalising the parts gives the parts of the whole, and
 * a place inside a piece that changed stands for the whole piece (both halves of "e" + combining accent).
 */
function originalBounds(
  text: string,
  normal: string,
  normalise: (text: string) => string,
): { start(unit: number): number; end(unit: number): number } {
  if (normal === text) return { start: (unit) => unit, end: (unit) => unit };
  const cuts: { original: number; normal: number }[] = [];
  let unit = 0;
  for (const character of [...text, ""]) {
    const before = normalise(text.slice(0, unit));
    if (before + normalise(text.slice(unit)) === normal) cuts.push({ original: unit, normal: before.length });
    unit += character.length;
  }
  return {
    start: (at) => cuts.findLast((cut) => cut.normal <= at)?.original ?? 0,
    end: (at) => cuts.find((cut) => cut.normal >= at)?.original ?? text.length,
  };
}

/** For every UTF-8 byte the UTF-16 bounds of the character it belongs to. */
function characterBounds(text: string, nBytes: number): { starts: Int32Array; ends: Int32Array } {
  const starts = new Int32Array(nBytes);
  const ends = new Int32Array(nBytes);
  let byte = 0;
  let unit = 0;
  for (const character of text) {
    const length = Buffer.byteLength(character, "utf8");
    starts.fill(unit, byte, byte + length);
    ends.fill(unit + character.length, byte, byte + length);
    byte += length;
    unit += character.length;
  }
  return { starts, ends };
}

/**
 * For any tokenizer: token i ends where the text's beginning, encoded and decoded, has become as long as the first i + 1 tokens
 * decoded. Quadratic, so only for what the exact way cannot do.
 */
export function spansOfPrefixes(
  text: string,
  ids: readonly number[],
  decode: (ids: readonly number[]) => string,
  encodePlain: (text: string) => readonly number[],
): TokenSpan[] {
  const characters = [...text];
  const roundTrip = (end: number): number => decode(encodePlain(characters.slice(0, end).join(""))).length;
  const spans: TokenSpan[] = [];
  let end = 0;
  let offset = 0;
  ids.forEach((id, index) => {
    const length = decode(ids.slice(0, index + 1)).length;
    const start = offset;
    while (end < characters.length && roundTrip(end) < length) offset += characters[end++].length;
    spans.push({ id, start, end: offset });
  });
  return spans;
}
