// Task tables of EAP-IG (Hanna et al. 2024, arXiv:2403.17806): one row per pair, answers as token ids of one tokenizer.
import { CsvError, parse } from "csv-parse/sync";
import type { EngineError } from "../../base/errors.ts";
import { problemsError } from "../problems.ts";
import type { MetricName } from "../schema.ts";
import type { SourceText } from "../source.ts";
import type { Task } from "../task.ts";
import { parsePythonLiteral } from "./python-literal.ts";
import { taskOfRows, yearAnswers, type Row, type RowResult } from "./rows.ts";

type Cells = Readonly<Record<string, string>>;
type Answers = Pick<Extract<RowResult, { clean: unknown }>, "answers" | "wrongAnswers">;

interface Table {
  /** Columns beside clean and corrupted by which the table is known. */
  readonly columns: readonly string[];
  readonly metric?: MetricName;
  readonly note?: string;
  answers(cells: Cells): Answers | { problem: string };
}

const IDS_NOTE =
  "answers are token ids of the tokenizer that the file was made for; with another model they mean other words.";

/** Characters. */
const LARGEST_ROW = 1_000_000;

/** The first table whose columns are all there reads the file. */
const TABLES: readonly Table[] = [
  {
    columns: ["correct_idx", "incorrect_idx"],
    note: IDS_NOTE,
    answers: (cells) => byIds(cells, "correct_idx", "incorrect_idx"),
  },
  {
    columns: ["country_idx", "corrupted_country_idx"],
    note: IDS_NOTE,
    answers: (cells) => byIds(cells, "country_idx", "corrupted_country_idx"),
  },
  {
    columns: ["answers_idx", "corrupted_answers_idx"],
    note: IDS_NOTE,
    answers: (cells) => byIds(cells, "answers_idx", "corrupted_answers_idx"),
  },
  {
    columns: ["clean_answer_idx", "corrupted_answer_idx"],
    note: IDS_NOTE,
    answers: (cells) => byIds(cells, "clean_answer_idx", "corrupted_answer_idx"),
  },
  {
    columns: ["plural"],
    note: "answers are is, was, has and are, were, have; EAP-IG sums over a longer list of verbs.",
    answers: byNumber,
  },
  {
    columns: ["correct_idx"],
    metric: "probability-difference",
    note: "correct_idx is read as the two-digit year; answers are all larger years.",
    answers: (cells) => byYear(cells.correct_idx),
  },
  {
    columns: ["label"],
    metric: "probability-difference",
    note: "label is read as the two-digit year; answers are all larger years.",
    answers: (cells) => byYear(cells.label),
  },
];

/** @throws EngineError "invalid-file" or "invalid-task" */
export function eapIgCsv(source: SourceText): Task {
  const { header, rows } = parseCsv(source);
  const twice = header.find((column, i) => header.indexOf(column) < i);
  if (twice !== undefined) throw badTable(source, 1, `column "${twice}" stands twice; keep one.`);
  const has = (column: string): boolean => header.includes(column);
  const table = TABLES.find(({ columns }) => columns.every(has));
  if (!table || !has("clean") || !has("corrupted")) {
    const wanted = TABLES.map(({ columns }) => columns.join(" and ")).join("; ");
    throw badTable(
      source,
      1,
      `columns are ${shortened(header)}; a task table needs clean, corrupted and one of: ${wanted}.`,
    );
  }
  const others = header.filter((column) => /^corrupted_\w+$/.test(column) && isPromptColumn(column, rows));
  return taskOfRows(source, rows, (cells) => readRow(cells, table, others), {
    metric: table.metric,
    notes: table.note ? [`${source.file}: ${table.note}`] : [],
  });
}

/** corrupted_hard holds prompts, corrupted_country a word. */
function isPromptColumn(column: string, rows: readonly Row<Cells>[]): boolean {
  const first = rows[0]?.data;
  return (
    (first?.[column] ?? "").trim().split(/\s+/).length > 2 && parsePythonLiteral(first?.[column] ?? "") === undefined
  );
}

function readRow(cells: Cells, table: Table, others: readonly string[]): RowResult {
  const { clean = "", corrupted = "" } = cells;
  if (clean === "" || corrupted === "") return { problem: "clean or corrupted is empty; write both prompts." };
  const answers = table.answers(cells);
  if ("problem" in answers) return answers;
  const otherCorrupt = Object.fromEntries(
    others.map((column) => [column.slice("corrupted_".length), cells[column] ?? ""]),
  );
  return { clean, corrupt: corrupted, ...answers, ...(others.length > 0 ? { otherCorrupt } : {}) };
}

function byIds(cells: Cells, right: string, wrong: string): Answers | { problem: string } {
  const answers = ids(cells[right]);
  const wrongAnswers = ids(cells[wrong]);
  if (answers && wrongAnswers) return { answers, wrongAnswers };
  const column = answers ? wrong : right;
  return {
    problem: `${column} is ${JSON.stringify(cells[column] ?? "")}; write a token id or a list such as [262, 11].`,
  };
}

function ids(cell: string | undefined): number[] | undefined {
  const value = parsePythonLiteral(cell ?? "");
  const list = Array.isArray(value) ? value : [value];
  const isId = (item: unknown): item is number => Number.isInteger(item) && (item as number) >= 0;
  return list.length > 0 && list.every(isId) ? list : undefined;
}

function byYear(cell: string | undefined): Answers | { problem: string } {
  const year = parsePythonLiteral(cell ?? "");
  const isYear = typeof year === "number" && Number.isInteger(year) && year >= 1 && year <= 98;
  return isYear
    ? yearAnswers(year)
    : { problem: `the year is ${JSON.stringify(cell ?? "")}; write its last two digits, 1 to 98.` };
}

const VERBS = { singular: [" is", " was", " has"], plural: [" are", " were", " have"] } as const;

function byNumber({ plural }: Cells): Answers | { problem: string } {
  if (/^(1|true)$/i.test(plural ?? "")) return { answers: VERBS.plural, wrongAnswers: VERBS.singular };
  if (/^(0|false)$/i.test(plural ?? "")) return { answers: VERBS.singular, wrongAnswers: VERBS.plural };
  return { problem: `plural is ${JSON.stringify(plural ?? "")}; write 0 or 1.` };
}

function parseCsv({ file, text }: SourceText): { header: string[]; rows: Row<Cells>[] } {
  try {
    const parsed = parse(text, {
      bom: true,
      info: true,
      skip_empty_lines: true,
      relax_column_count: false,
      max_record_size: LARGEST_ROW,
    }) as unknown as { record: string[]; info: { lines: number } }[];
    const header = parsed[0]?.record ?? [];
    const rows = parsed.slice(1).map(({ record, info }) => ({
      data: Object.fromEntries(header.map((column, i) => [column, record[i] ?? ""])),
      line: info.lines,
    }));
    return { header, rows };
  } catch (cause) {
    if (!(cause instanceof CsvError)) throw cause;
    const line = typeof cause.lines === "number" ? cause.lines : undefined;
    throw badTable({ file, text }, line, CSV_REMEDIES[cause.code] ?? `is not a CSV table: ${cause.message}.`, cause);
  }
}

const INNER_QUOTES =
  'has a double quote inside a cell; put the cell in double quotes and write "" for each of its own.';

const CSV_REMEDIES: Readonly<Record<string, string>> = {
  CSV_RECORD_INCONSISTENT_FIELDS_LENGTH:
    "has another number of cells than the header; a cell that holds a comma needs double quotes.",
  CSV_QUOTE_NOT_CLOSED: "begins a cell with a double quote that is never closed.",
  INVALID_OPENING_QUOTE: INNER_QUOTES,
  CSV_INVALID_CLOSING_QUOTE: INNER_QUOTES,
  CSV_MAX_RECORD_SIZE: `has a row of more than ${LARGEST_ROW} characters; is a double quote not closed?`,
};

function badTable(
  { file, text }: Pick<SourceText, "file" | "text">,
  line: number | undefined,
  sentence: string,
  cause?: unknown,
): EngineError {
  const place = { file, line, column: line === undefined ? undefined : 1 };
  return problemsError([{ place, sentence }], { file, text, code: "invalid-file" }, cause);
}

const MOST_NAMED = 20;

function shortened(header: readonly string[]): string {
  const more = header.length - MOST_NAMED;
  return header.slice(0, MOST_NAMED).join(", ") + (more > 0 ? `, and ${more} more` : "");
}
