// Two results or more side by side: what each is of, its figures and its settings, field by field, and by how much figures differ.
import { csvText } from "../../engine/circuit/exports/csv-text.ts";
import type { ResultSummary } from "../../engine/contract/jobs.ts";

/** A result, and its settings where they are known. */
export interface ComparedResult {
  readonly summary: ResultSummary;
  readonly settings: unknown;
}

type Cell = string | number | boolean | undefined;

export interface ComparedField {
  readonly part: "about" | "figures" | "settings";
  readonly name: string;
  /** One a result. */
  readonly cells: readonly Cell[];
  readonly differs: boolean;
  /** Of numbers: how much more than in the first result. */
  readonly differences: readonly (number | undefined)[];
}

export function comparedFields(results: readonly ComparedResult[]): readonly ComparedField[] {
  const about = results.map(
    ({ summary: { verb, state, about, when, seconds } }) => ({ verb, ...about, state, when, seconds }) as Fields,
  );
  const figures = results.map(({ summary: { headline } }) => ({ ...headline?.values, split: headline?.split }));
  const settings = results.map(({ settings }) => flat(settings));
  return [...rows("about", about), ...rows("figures", figures), ...rows("settings", settings)];
}

/** The table as a file; differences stand in columns of their own behind the values. */
export function comparedCsv(results: readonly ComparedResult[], fields: readonly ComparedField[]): string {
  const names = results.map(({ summary: { id, name } }) => name || id);
  const header = ["part", "field", ...names, ...names.slice(1).map((name) => `${name} − ${names[0]}`)];
  const lines = fields.map(({ part, name, cells, differences }) => [part, name, ...cells, ...differences.slice(1)]);
  return csvText([header, ...lines]);
}

type Fields = Readonly<Record<string, Cell>>;

function rows(part: ComparedField["part"], all: readonly Fields[]): ComparedField[] {
  const names = [...new Set(all.flatMap((fields) => Object.keys(fields)))];
  return names
    .map((name): ComparedField => {
      const cells = all.map((fields) => fields[name]);
      const [first] = cells;
      const differences = cells.map((cell, i) =>
        i > 0 && typeof first === "number" && typeof cell === "number" ? cell - first : undefined,
      );
      return { part, name, cells, differs: cells.some((cell) => !Object.is(cell, first)), differences };
    })
    .filter(({ cells }) => cells.some((cell) => cell !== undefined));
}

/** Nested fields by their path, such as "examples.discovery"; lists as one text. */
function flat(value: unknown): Fields {
  if (!isPlain(value)) return {};
  const fields: Record<string, Cell> = {};
  const lay = (one: unknown, path: string): void => {
    if (Array.isArray(one)) fields[path] = one.map((item) => (isPlain(item) ? JSON.stringify(item) : item)).join(", ");
    else if (isPlain(one)) for (const [name, inner] of Object.entries(one)) lay(inner, `${path}.${name}`);
    else fields[path] = one as Cell;
  };
  for (const [name, one] of Object.entries(value)) lay(one, name);
  return fields;
}

const isPlain = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null;
