// A heatmap as a table of numbers: a header with the columns' names, then a line for each row.
import { csvText } from "../../engine/circuit/exports/csv-text.ts";

export interface Matrix {
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  /** "row column" */
  readonly values: ArrayLike<number>;
}

/** @param corner what the rows are, such as "layer" */
export function matrixCsv({ rows, columns, values }: Matrix, corner: string): string {
  const width = columns.length;
  const lines = rows.map((name, r) => [name, ...Array.from({ length: width }, (_, c) => values[r * width + c])]);
  return csvText([[corner, ...columns], ...lines]);
}
