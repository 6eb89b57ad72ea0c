// Text from other people's files, fit to be shown: what would steer a terminal or turn the direction of writing is seen, not obeyed.

/** Control characters, and marks that change the direction of writing; lines of other systems. */
const UNSAFE = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu;

/** All of it in one line: ␛ for an escape, ␊ for a line break, � where there is no such picture. */
export function visibleLine(text: string): string {
  return text.replace(UNSAFE, picture);
}

/** The same, but tabs and the ends of lines stay. */
export function visibleText(text: string): string {
  return text.replace(UNSAFE, (character, at: number) => {
    const isLineEnd = character === "\n" || (character === "\r" && text[at + 1] === "\n");
    return isLineEnd || character === "\t" ? character : picture(character);
  });
}

/** JSON text in which they are written as escapes: it reads back the same. */
export function visibleJson(json: string): string {
  return json.replace(UNSAFE, (character) =>
    /[\n\r\t]/.test(character) ? character : `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

const firstPicture = 0x2400;
const lastControl = 0x1f;
const deleteCode = 0x7f;

function picture(character: string): string {
  const code = character.charCodeAt(0);
  if (code === deleteCode) return "␡";
  return code <= lastControl ? String.fromCharCode(firstPicture + code) : "\ufffd";
}
