// A table of text, for the terminal and for Markdown.

export interface Table {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** Aligned columns: the first to the left, the others to the right. */
export function plainText({ head, rows }: Table): string {
  const widths = head.map((_, c) => Math.max(...[head, ...rows].map((row) => (row[c] ?? "").length)));
  const line = (row: readonly string[]) =>
    row.map((cell, c) => (c === 0 ? cell.padEnd(widths[c]) : cell.padStart(widths[c]))).join("  ");
  return [line(head), widths.map((width) => "-".repeat(width)).join("  "), ...rows.map(line), ""].join("\n");
}

export function markdown({ head, rows }: Table): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map((_, c) => (c === 0 ? "---" : "---:"))), ...rows.map(line)].join("\n");
}

/** Three digits of a faithfulness or a share; nothing where there is none. */
export const figure = (value: number | undefined): string => value?.toFixed(3) ?? "";

export const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;

/** As many digits as a time is worth. */
export const seconds = (time: number): string => time.toFixed(time < 10 ? 2 : time < 100 ? 1 : 0);
