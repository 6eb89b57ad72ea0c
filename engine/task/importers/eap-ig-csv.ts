// Task tables of EAP-IG (Hanna et al. 2024, arXiv:2403.17806): one row per pair, answers as token ids of one tokenizer or as words.
import { CsvError, parse } from "csv-parse/sync";
import type { EngineError } from "../../base/errors.ts";
import { namesOf } from "../did-you-mean.ts";
import { problemError } from "../problems.ts";
import { LARGEST_COUNT, type MetricName } from "../schema.ts";
import type { SourceText } from "../source.ts";
import type { PromptTask, Task } from "../task.ts";
import { parsePythonLiteral } from "./python-literal.ts";
import { requireCountOfRows, taskOfRows, yearAnswers, type Row, type RowResult } from "./rows.ts";

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
const WORDS_NOTE = "answers are words; a space goes before each that has none, unless the prompt ends with one.";

/** Characters. */
const LARGEST_ROW = 1_000_000;

/** The first table whose columns are all there reads the file. */
const TABLES: readonly Table[] = [
  ...[
    ["correct_idx", "incorrect_idx"],
    ["country_idx", "corrupted_country_idx"],
    ["answers_idx", "corrupted_answers_idx"],
    ["clean_answer_idx", "corrupted_answer_idx"],
  ].map((columns): Table => ({ columns, answers: (cells) => byTokens(cells, columns[0], columns[1], "id") })),
  ...[
    ["correct", "incorrect"],
    ["country", "corrupted_country"],
    ["answers", "corrupted_answers"],
    ["answers", "wrong_answers"],
    ["answer", "wrong_answer"],
    ["answer", "corrupted_answer"],
    ["clean_answer", "corrupted_answer"],
  ].map((columns): Table => ({ columns, answers: (cells) => byTokens(cells, columns[0], columns[1], "word") })),
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
  const { header, rows, delimiter } = parseCsv(source);
  const seen = new Set<string>();
  const twice = header.find((column) => seen.has(column) || !seen.add(column));
  if (twice !== undefined) throw badTable(source, 1, `column "${twice}" stands twice; keep one.`);
  const has = (column: string): boolean => header.includes(column);
  const table = TABLES.find(({ columns }) => columns.every(has));
  const corrupt = ["corrupted", "corrupt"].find(has);
  if (!table || !has("clean") || corrupt === undefined) {
    const wanted = TABLES.map(({ columns }) => columns.join(" and ")).join("; ");
    throw badTable(
      source,
      1,
      `columns are ${namesOf(header)}, parted by ${DELIMITERS[delimiter]}; a task table needs clean, corrupted and one of: ${wanted}.`,
    );
  }
  const others = header.filter((column) => /^corrupted_\w+$/.test(column) && isPromptColumn(column, rows));
  const task = taskOfRows(source, rows, (cells) => readRow({ ...cells, corrupted: cells[corrupt] }, table, others), {
    metric: table.metric,
    notes: table.note ? [`${source.file}: ${table.note}`] : [],
  });
  return { ...task, notes: [...task.notes, ...tokenNotes(source, task)] };
}

/** What answers mean is seen from the rows: a column of ids may hold words, and both may stand in one list. */
function tokenNotes({ file }: SourceText, { prompts, metric }: PromptTask): string[] {
  if (metric === "probability-difference") return [];
  const answers = prompts.flatMap((prompt) => [...prompt.answers, ...prompt.wrongAnswers]);
  const ids = answers.some((answer) => typeof answer === "number");
  const words = answers.some((answer) => typeof answer === "string" && !VERB_WORDS.includes(answer));
  return [...(ids ? [`${file}: ${IDS_NOTE}`] : []), ...(words ? [`${file}: ${WORDS_NOTE}`] : [])];
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

/** @param numbers what a bare number means in these columns */
function byTokens(cells: Cells, right: string, wrong: string, numbers: "id" | "word"): Answers | { problem: string } {
  const space = /\s$/.test(cells.clean ?? "") ? "" : " ";
  const answers = tokens(cells[right] ?? "", numbers, space);
  const wrongAnswers = tokens(cells[wrong] ?? "", numbers, space);
  if (answers && wrongAnswers) return { answers, wrongAnswers };
  const column = answers ? wrong : right;
  const example =
    numbers === "id"
      ? "a token id, a word, or a list such as [262, 11]"
      : "a word, or a list such as [' Paris', ' Lyon']";
  return { problem: `${column} is ${JSON.stringify(cells[column] ?? "")}; write ${example}.` };
}

function tokens(cell: string, numbers: "id" | "word", space: string): (string | number)[] | undefined {
  const literal = parsePythonLiteral(cell);
  const value = literal ?? (/^\s*[[(]/.test(cell) || cell.trim() === "" ? undefined : cell);
  if (value === undefined) return undefined;
  const list = (Array.isArray(value) ? value : [value]).map((item) => token(item, numbers, space));
  return list.length > 0 && list.every((item) => item !== undefined) ? list : undefined;
}

function token(item: string | number, numbers: "id" | "word", space: string): string | number | undefined {
  if (typeof item === "number" && numbers === "id") return Number.isInteger(item) && item >= 0 ? item : undefined;
  const word = String(item);
  if (word.trim() === "") return undefined;
  return /^\s/.test(word) ? word : `${space}${word.trimEnd()}`;
}

function byYear(cell: string | undefined): Answers | { problem: string } {
  const year = parsePythonLiteral(cell ?? "");
  const isYear = typeof year === "number" && Number.isInteger(year) && year >= 1 && year <= 98;
  return isYear
    ? yearAnswers(year)
    : { problem: `the year is ${JSON.stringify(cell ?? "")}; write its last two digits, 1 to 98.` };
}

const VERBS = { singular: [" is", " was", " has"], plural: [" are", " were", " have"] } as const;

const VERB_WORDS: readonly string[] = [...VERBS.singular, ...VERBS.plural];

function byNumber({ plural }: Cells): Answers | { problem: string } {
  if (/^(1|true)$/i.test(plural ?? "")) return { answers: VERBS.plural, wrongAnswers: VERBS.singular };
  if (/^(0|false)$/i.test(plural ?? "")) return { answers: VERBS.singular, wrongAnswers: VERBS.plural };
  return { problem: `plural is ${JSON.stringify(plural ?? "")}; write 0 or 1.` };
}

/** What parts the cells, in words; the first that gives the header a prompt's columns, else the comma. */
const DELIMITERS = { ",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars" } as const;
type Delimiter = keyof typeof DELIMITERS;

/** Spreadsheets may say it themselves in a line before the header. */
const SEPARATOR_LINE = /^\uFEFF?sep=([,;\t|])\r?\n/i;

function delimiterOf(text: string): Delimiter {
  const named = SEPARATOR_LINE.exec(text)?.[1];
  if (named !== undefined) return named as Delimiter;
  const header = text
    .replace(/^\uFEFF/, "")
    .trimStart()
    .split(/\r?\n/, 1)[0];
  const columns = (delimiter: string) => header.split(delimiter).map((cell) => cell.replaceAll('"', "").trim());
  const all = Object.keys(DELIMITERS) as Delimiter[];
  return all.find((delimiter) => columns(delimiter).includes("clean")) ?? ",";
}

function parseCsv({ file, text }: SourceText): { header: string[]; rows: Row<Cells>[]; delimiter: Delimiter } {
  const delimiter = delimiterOf(text);
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
    const rows = parsed.slice(1).map(({ record, info }) => ({
      data: Object.fromEntries(header.map((column, i) => [column, record[i] ?? ""])),
      line: info.lines,
    }));
    return { header, rows, delimiter };
  } catch (cause) {
    if (!(cause instanceof CsvError)) throw cause;
    const line = typeof cause.lines === "number" ? cause.lines : undefined;
    const remedies: Readonly<Record<string, string>> = { ...CSV_REMEDIES, ...countRemedy(delimiter) };
    throw badTable({ file, text }, line, remedies[cause.code] ?? `is not a CSV table: ${cause.message}.`, cause);
  }
}

function countRemedy(delimiter: Delimiter): Record<string, string> {
  const name = DELIMITERS[delimiter].replace(/s$/, "");
  const sentence = `has another number of cells than the header; a cell that holds a ${name} needs double quotes.`;
  return { CSV_RECORD_INCONSISTENT_FIELDS_LENGTH: sentence };
}

const INNER_QUOTES =
  'has a double quote inside a cell; put the cell in double quotes and write "" for each of its own.';

const CSV_REMEDIES: Readonly<Record<string, string>> = {
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
  return problemError({ place, sentence }, { file, text, code: "invalid-file" }, cause);
}
