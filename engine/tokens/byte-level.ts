// The alphabet of byte-level BPE: every byte as one printable character, as GPT-2 chose them.

const BYTES = 256;

/** Bytes that stand for themselves: printable ASCII and the printable part of Latin-1. */
function standsForItself(byte: number): boolean {
  return (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || (byte >= 0xae && byte <= 0xff);
}

/** Byte of each character of the alphabet: the other bytes count on from U+0100. */
export const BYTE_OF_CHARACTER: ReadonlyMap<string, number> = (() => {
  const alphabet = new Map<string, number>();
  let next = BYTES;
  for (let byte = 0; byte < BYTES; byte++) {
    alphabet.set(String.fromCharCode(standsForItself(byte) ? byte : next++), byte);
  }
  return alphabet;
})();

/** GPT-2's split of text into words: contractions, letters, numbers, the rest, spaces. */
export const GPT2_WORDS = "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";

/** The UTF-8 bytes a byte-level token stands for; undefined if it has a character outside the alphabet. */
export function bytesOfToken(token: string): Uint8Array | undefined {
  const bytes: number[] = [];
  for (const character of token) {
    const byte = BYTE_OF_CHARACTER.get(character);
    if (byte === undefined) return undefined;
    bytes.push(byte);
  }
  return Uint8Array.from(bytes);
}

const CHARACTER_OF_BYTE: readonly string[] = [...BYTE_OF_CHARACTER.keys()];

/** A text's UTF-8 bytes in the alphabet. */
export function charactersOfBytes(text: string): string {
  if (text.length === 1 && text < "\x80") return CHARACTER_OF_BYTE[text.charCodeAt(0)];
  return Array.from(Buffer.from(text, "utf8"), (byte) => CHARACTER_OF_BYTE[byte]).join("");
}
