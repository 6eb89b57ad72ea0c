// Tokens named after a byte, <0x00> to <0xFF>: what SentencePiece falls back to where no token spells a character.

const NAME = /^<0x([0-9A-Fa-f]{2})>$/;

export function byteOfName(token: string): number | undefined {
  const match = NAME.exec(token);
  return match ? Number.parseInt(match[1]!, 16) : undefined;
}

/** Ids of a text's UTF-8 bytes; undefined where one has no token. */
export function byteIds(text: string, vocabulary: ReadonlyMap<string, number>): number[] | undefined {
  const ids: number[] = [];
  for (const byte of Buffer.from(text, "utf8")) {
    const id = vocabulary.get(`<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`);
    if (id === undefined) return undefined;
    ids.push(id);
  }
  return ids;
}
