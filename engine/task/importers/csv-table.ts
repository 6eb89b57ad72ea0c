// Tables in text: a header and rows of cells that commas, semicolons, tabs or bars part, as spreadsheets and data sets write them.
import { CsvError, parse } from "csv-parse/sync";
import type { EngineError } from "../../base/errors.ts";
import { say, type Sentence } from "../../base/sentence.ts";
import { problemError } from "../problems.ts";
import { LARGEST_COUNT } from "../schema.ts";
import type { SourceText } from "../source.ts";
import { requireCountOfRows, type Row } from "./rows.ts";

export type Cells = Readonly<Record<string, string>>;

/** Characters. */
const LARGEST_ROW = 1_000_000;

/** What parts the cells, in words; the first that gives the header a column that is known, else the comma. */
const DELIMITERS = {
  ",": { one: say`comma`, many: say`commas` },
  ";": { one: say`semicolon`, many: say`semicolons` },
  "\t": { one: say`tab`, many: say`tabs` },
  "|": { one: say`bar`, many: say`bars` },
} as const;
type Delimiter = keyof typeof DELIMITERS;

/** Spreadsheets may say it themselves in a line before the header. */
const SEPARATOR_LINE = /^\uFEFF?sep=([,;\t|])\r?\n/i;

function delimiterOf(text: string, known: readonly string[]): Delimiter {
  const named = SEPARATOR_LINE.exec(text)?.[1];
  if (named !== undefined) return named as Delimiter;
  const header = text
    .replace(/^\uFEFF/, "")
    .trimStart()
    .split(/\r?\n/, 1)[0];
  const columns = (delimiter: string) => header.split(delimiter).map((cell) => cell.replaceAll('"', "").trim());
  const all = Object.keys(DELIMITERS) as Delimiter[];
  return all.find((delimiter) => columns(delimiter).some((column) => known.includes(column))) ?? ",";
}

export interface CsvTable {
  readonly header: readonly string[];
  readonly rows: readonly Row<Cells>[];
  /** "commas", "tabs", …; for messages. */
  readonly partedBy: Sentence;
}

/**
 * @param known names of columns of which one at least stands in such a table
 * @throws EngineError "invalid-file" with line and remedy
 */
export function csvTable({ file, text }: SourceText, known: readonly string[]): CsvTable {
  const delimiter = delimiterOf(text, known);
  try {
    const parsed = parse(text, {
      bom: true,
      info: true,
      skip_empty_lines: true,
      relax_column_count: false,
      max_record_size: LARGEST_ROW,
      // The header, and one more row than are read.
      to: LARGEST_COUNT + 2,
      delimiter,
      from_line: SEPARATOR_LINE.test(text) ? 2 : 1,
    }) as unknown as { record: string[]; info: { lines: number } }[];
    requireCountOfRows(parsed.length - 1, file);
    const header = (parsed[0]?.record ?? []).map((column) => column.trim());
    const twice = header.find((column, i) => header.indexOf(column) < i);
    if (twice !== undefined) throw badTable({ file, text }, 1, say`column "${twice}" stands twice; keep one.`);
    const rows = parsed.slice(1).map(({ record, info }) => ({
      data: Object.fromEntries(header.map((column, i) => [column, record[i] ?? ""])),
      line: info.lines,
    }));
    return { header, rows, partedBy: DELIMITERS[delimiter].many };
  } catch (cause) {
    if (!(cause instanceof CsvError)) throw cause;
    const line = typeof cause.lines === "number" ? cause.lines : undefined;
    const remedies: Readonly<Record<string, Sentence>> = { ...CSV_REMEDIES, ...countRemedy(delimiter) };
    throw badTable({ file, text }, line, remedies[cause.code] ?? say`is not a CSV table: ${cause.message}.`, cause);
  }
}

function countRemedy(delimiter: Delimiter): Record<string, Sentence> {
  const sentence = say`has another number of cells than the header; a cell that holds a ${DELIMITERS[delimiter].one} needs double quotes.`;
  return { CSV_RECORD_INCONSISTENT_FIELDS_LENGTH: sentence };
}

const INNER_QUOTES = say`has a double quote inside a cell; put the cell in double quotes and write "" for each of its own.`;

const CSV_REMEDIES: Readonly<Record<string, Sentence>> = {
  CSV_QUOTE_NOT_CLOSED: say`begins a cell with a double quote that is never closed.`,
  INVALID_OPENING_QUOTE: INNER_QUOTES,
  CSV_INVALID_CLOSING_QUOTE: INNER_QUOTES,
  CSV_MAX_RECORD_SIZE: say`has a row of more than ${LARGEST_ROW} characters; is a double quote not closed?`,
};

export function badTable(
  { file, text }: Pick<SourceText, "file" | "text">,
  line: number | undefined,
  sentence: Sentence,
  cause?: unknown,
): EngineError {
  const place = { file, line, column: line === undefined ? undefined : 1 };
  return problemError({ place, sentence }, { file, text, code: "invalid-file" }, cause);
}
