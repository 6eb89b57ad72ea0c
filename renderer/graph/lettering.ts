// How text fits into drawings: estimated widths and lines broken at them, without a page to measure on.

/** Points; the least that may be printed. */
export const TEXT = 8;
export const LINE = 10;
export const FONTS =
  "Helvetica, Arial, 'Liberation Sans', 'Noto Sans', 'DejaVu Sans Condensed', 'Noto Sans CJK SC', 'PingFang SC', 'Microsoft YaHei', sans-serif";

/** Characters that fill a square, such as Chinese ones. */
const WIDE = /[\u2e80-\u9fff\uf900-\ufaff\uff00-\uff60]/;

/** Estimated, in points; rather too wide than too narrow. */
export function textWidth(text: string, size = TEXT): number {
  return [...text].reduce((sum, each) => sum + (WIDE.test(each) ? 1 : 0.54), 0) * size;
}

/** A Chinese character, the part of a word up to a hyphen inside it, a word with the space behind it. */
const PIECES = new RegExp(
  `${WIDE.source}|(?:(?!${WIDE.source})\\S)*?[a-z]-(?=[a-z])|(?:(?!${WIDE.source})\\S)+\\s*|\\s+`,
  "gi",
);

/** Lines no wider than `width`, broken between words and between Chinese characters; a longer word stands alone. */
export function brokenLines(text: string, width: number): string[] {
  const pieces = text.match(PIECES) ?? [];
  const lines: string[] = [];
  let line = "";
  for (const piece of pieces) {
    if (line !== "" && textWidth((line + piece).trimEnd()) > width) {
      lines.push(line.trimEnd());
      line = "";
    }
    line += piece;
  }
  return line.trim() === "" ? lines : [...lines, line.trimEnd()];
}
