// The tables of a result as one CSV text, each under its title.
import type { Table } from "../../../engine/choices/result-table.ts";
import { csvText } from "../../../engine/circuit/exports/csv-text.ts";

export function tablesCsv(tables: readonly Table[]): string {
  return tables.map(({ title, columns, rows }) => csvText([[title], columns, ...rows])).join("\r\n");
}
