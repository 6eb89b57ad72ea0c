// Cells that Python wrote with repr: numbers, texts in single or double quotes, and lists of them.

/** @returns the value, or undefined if the text is none of these */
export function parsePythonLiteral(text: string): string | number | (string | number)[] | undefined {
  const trimmed = text.trim();
  if (!/^[[(]/.test(trimmed)) return parseScalar(trimmed);
  if (!/[\])]$/.test(trimmed)) return undefined;
  const inside = trimmed.slice(1, -1);
  const items = [...inside.matchAll(ITEM)].map(([item]) => parseScalar(item));
  const rest = inside.replace(ITEM, "").replace(/[\s,]/g, "");
  return rest === "" && items.every((item) => item !== undefined) ? (items as (string | number)[]) : undefined;
}

const ITEM = /'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|[+-]?\d+(?:\.\d+)?/g;
const ESCAPES: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r" };

function parseScalar(text: string): string | number | undefined {
  if (/^[+-]?\d+(\.\d+)?$/.test(text)) return Number(text);
  const quoted = /^(['"])([^]*)\1$/.exec(text);
  return quoted?.[2]?.replace(/\\(.)/g, (_, character: string) => ESCAPES[character] ?? character);
}
