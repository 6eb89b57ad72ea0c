// The tables of several results side by side: rows that say the same are one row, numbers stand beside each other with how far they differ.
import type { Table } from "../../engine/choices/result-table.ts";
import { csvText } from "../../engine/circuit/exports/csv-text.ts";

export interface ComparedRow {
  /** What the row is of: its texts, and the number that it stands at where the table has one. */
  readonly key: readonly (string | number)[];
  /** The figure of each result; undefined where it has no such row, or no number there. */
  readonly values: readonly (number | undefined)[];
  /** How much more than in the first result. */
  readonly differences: readonly (number | undefined)[];
}

export interface ComparedTable {
  readonly title: string;
  /** Names of what `key` holds. */
  readonly keyColumns: readonly string[];
  /** Columns of figures that can be compared. */
  readonly figures: readonly string[];
  rowsOf(figure: string): readonly ComparedRow[];
  /** The same as lines over the number that rows stand at; undefined where they stand at none. */
  linesOf(figure: string, names: readonly string[]): ComparedLines | undefined;
}

export interface ComparedLines {
  readonly xTitle: string;
  readonly lines: readonly {
    readonly name: string;
    readonly points: readonly { readonly x: number; readonly y: number }[];
  }[];
}

type Cell = Table["rows"][number][number];

/** @param all the tables of each result */
export function comparedTables(all: readonly (readonly Table[])[]): readonly ComparedTable[] {
  const [first = []] = all;
  return first.flatMap((table) => {
    const same = all.map((tables) => tables.find((own) => isAlike(own, table)));
    return same.every((own) => own !== undefined) ? comparedTable(table, same) : [];
  });
}

/** One figure of a table as a file. */
export function comparedTableCsv(table: ComparedTable, figure: string, names: readonly string[]): string {
  const differences = names.slice(1).map((name) => `${name} − ${names[0]}`);
  const rows = table.rowsOf(figure).map((row) => [...row.key, ...row.values, ...row.differences.slice(1)]);
  return csvText([[...table.keyColumns, ...names, ...differences], ...rows]);
}

const isAlike = (a: Table, b: Table) => a.title === b.title && a.columns.join("\n") === b.columns.join("\n");

function comparedTable({ title, columns }: Table, tables: readonly Table[]): ComparedTable[] {
  const rows = tables.flatMap((table) => table.rows);
  const isNumber = columns.map((_, c) => isOfNumbers(rows.map((row) => row[c])));
  /** The first number is where a row stands, such as a layer, unless it is the only one. */
  const at = isNumber.filter(Boolean).length > 1 ? isNumber.indexOf(true) : -1;
  const keys = columns.flatMap((_, c) => (!isNumber[c] || c === at ? [c] : []));
  const figures = columns.filter((_, c) => isNumber[c] && c !== at);
  if (figures.length === 0 || rows.length === 0) return [];
  const keyed = tables.map((table) => byKey(table, keys));
  const names = [...new Set(keyed.flatMap((own) => [...own.keys()]))];

  function rowsOf(figure: string): ComparedRow[] {
    const c = columns.indexOf(figure);
    return names.map((name) => {
      const found = keyed.map((own) => own.get(name));
      const values = found.map((row) => (typeof row?.[c] === "number" ? row[c] : undefined));
      const differences = values.map((value, i) =>
        i > 0 && value !== undefined && values[0] !== undefined ? value - values[0] : undefined,
      );
      const row = found.find((own) => own !== undefined)!;
      return { key: keys.map((own) => row[own] ?? ""), values, differences };
    });
  }

  function linesOf(figure: string, called: readonly string[]): ComparedLines | undefined {
    if (at < 0) return undefined;
    const place = keys.indexOf(at);
    const lines = new Map<string, { x: number; y: number }[]>();
    for (const { key, values } of rowsOf(figure)) {
      const texts = key.filter((part, k) => k !== place && part !== "");
      for (const [i, y] of values.entries()) {
        const x = key[place];
        if (y === undefined || !Number.isFinite(y) || typeof x !== "number") continue;
        const name = [called[i], ...texts].join(" · ");
        lines.set(name, [...(lines.get(name) ?? []), { x, y }]);
      }
    }
    const drawn = [...lines].map(([name, points]) => ({ name, points: points.sort((a, b) => a.x - b.x) }));
    const isDrawable = drawn.length > 0 && drawn.length <= mostLines && drawn.some(({ points }) => points.length > 1);
    return isDrawable ? { xTitle: columns[at]!, lines: drawn } : undefined;
  }
  return [{ title, keyColumns: keys.map((c) => columns[c]!), figures, rowsOf, linesOf }];
}

/** More cannot be told apart. */
const mostLines = 14;

function isOfNumbers(cells: readonly Cell[]): boolean {
  const there = cells.filter((cell) => cell !== undefined && cell !== "");
  return there.length > 0 && there.every((cell) => typeof cell === "number");
}

/** Rows by what they are of; a second one of the same is told from the first by its number. */
function byKey({ rows }: Table, keys: readonly number[]): ReadonlyMap<string, Table["rows"][number]> {
  const found = new Map<string, Table["rows"][number]>();
  for (const row of rows) {
    const key = JSON.stringify(keys.map((c) => row[c] ?? ""));
    for (let n = 0; ; n++) {
      const name = `${key} ${n}`;
      if (found.has(name)) continue;
      found.set(name, row);
      break;
    }
  }
  return found;
}
