// Rows as CSV text (RFC 4180): absent values are empty cells, lines end in CR LF, and no cell begins a formula.

export type Cell = string | number | boolean | undefined;

export function csvText(rows: readonly (readonly Cell[])[]): string {
  return rows.map((cells) => `${cells.map(quote).join(",")}\r\n`).join("");
}

/** Quoted also where spreadsheets of other countries part cells. */
function quote(cell: Cell): string {
  const text = typeof cell === "string" ? withoutFormula(cell) : cell === undefined ? "" : String(cell);
  return /[",;\t\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** What spreadsheets take for the beginning of a formula, also as wide characters and after blanks. */
const FORMULA = /^\s*[=+\-@＝＋－＠]|^[\t\r\n]/;
const NUMBER = /^[+-]?\d+(\.\d+)?(e[+-]?\d+)?$/i;

/** A name out of a file such as "=cmd|…" gets an apostrophe before it, with which spreadsheets show it as text. */
function withoutFormula(text: string): string {
  return FORMULA.test(text) && !NUMBER.test(text) ? `'${text}` : text;
}
