// Cells that Python wrote with repr: numbers, texts in single or double quotes, and lists of them.

/** @returns the value, or undefined if the text is none of these */
export function parsePythonLiteral(text: string): string | number | (string | number)[] | undefined {
  const trimmed = text.trim();
  if (!/^[[(]/.test(trimmed)) return parseScalar(trimmed);
  if (!/[\])]$/.test(trimmed)) return undefined;
  return parseItems(trimmed.slice(1, -1));
}

/** Item by item, so that a quote without its twin is met once and not from every quote after it. */
function parseItems(inside: string): (string | number)[] | undefined {
  const items: (string | number)[] = [];
  ITEM.lastIndex = 0;
  for (let end = 0; ; end = ITEM.lastIndex) {
    const item = ITEM.exec(inside)?.[1];
    if (item === undefined) return /^[\s,]*$/.test(inside.slice(end)) ? items : undefined;
    const value = parseScalar(item);
    if (value === undefined) return undefined;
    items.push(value);
  }
}

const ITEM = /[\s,]*('[^'\\]*(?:\\.[^'\\]*)*'|"[^"\\]*(?:\\.[^"\\]*)*"|[+-]?\d+(?:\.\d+)?)/y;
const ESCAPES: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r" };

function parseScalar(text: string): string | number | undefined {
  if (/^[+-]?\d+(\.\d+)?$/.test(text)) return Number(text);
  const quoted = /^(['"])([^]*)\1$/.exec(text);
  return quoted?.[2]?.replace(/\\(.)/g, (_, character: string) => ESCAPES[character] ?? character);
}
