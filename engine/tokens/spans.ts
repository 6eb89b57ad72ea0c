// Which characters of a text each of its tokens covers.
import { bytesOfToken } from "./byte-level.ts";
import type { TokenSpan } from "./tokenizer.ts";

/**
 * Exact for byte-level tokens: their bytes, one after the other, are the text's UTF-8 bytes.
 * Undefined if they are not, because the tokenizer changed the text (a normaliser, a space put in front).
 */
export function spansOfBytes(
  text: string,
  ids: readonly number[],
  tokens: readonly string[],
  added: ReadonlySet<string>,
): TokenSpan[] | undefined {
  const bytes = Buffer.from(text, "utf8");
  const { starts, ends } = characterBounds(text, bytes.length);
  const spans: TokenSpan[] = [];
  let at = 0;
  for (const [index, token] of tokens.entries()) {
    const own = added.has(token) ? Buffer.from(token, "utf8") : bytesOfToken(token);
    if (own && own.length > 0 && bytes.subarray(at, at + own.length).equals(own)) {
      spans.push({ id: ids[index], start: starts[at], end: ends[at + own.length - 1] });
      at += own.length;
    } else if (added.has(token)) {
      const here = at < bytes.length ? starts[at] : text.length;
      spans.push({ id: ids[index], start: here, end: here });
    } else {
      return undefined;
    }
  }
  return at === bytes.length ? spans : undefined;
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
  const added = decode(ids).length - decode(encodePlain(text)).length;
  ids.forEach((id, index) => {
    const length = decode(ids.slice(0, index + 1)).length - added;
    const start = offset;
    while (end < characters.length && roundTrip(end) < length) offset += characters[end++].length;
    spans.push({ id, start, end: offset });
  });
  return spans;
}
