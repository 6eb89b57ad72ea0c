// Task tables of EAP-IG (Hanna et al. 2024, arXiv:2403.17806): one row per pair, answers as token ids of one tokenizer or as words.
import { say, sayList, type Sentence } from "../../base/sentence.ts";
import { namesOf } from "../../base/did-you-mean.ts";
import type { MetricName } from "../schema.ts";
import type { SourceText } from "../source.ts";
import type { PromptTask, Task } from "../task.ts";
import { badTable, type Cells, csvTable } from "./csv-table.ts";
import { parsePythonLiteral } from "./python-literal.ts";
import { taskOfRows, yearAnswers, type Row, type RowResult } from "./rows.ts";

type Answers = Pick<Extract<RowResult, { clean: unknown }>, "answers" | "wrongAnswers">;

interface Table {
  /** Columns beside clean and corrupted by which the table is known. */
  readonly columns: readonly string[];
  readonly metric?: MetricName;
  readonly note?: Sentence;
  answers(cells: Cells): Answers | { problem: Sentence };
}

const IDS_NOTE = say`answers are token ids of the tokenizer that the file was made for; with another model they mean other words.`;
const WORDS_NOTE = say`answers are words; a space goes before each that has none, unless the prompt ends with one.`;

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
    note: say`answers are is, was, has and are, were, have; EAP-IG sums over a longer list of verbs.`,
    answers: byNumber,
  },
  {
    columns: ["correct_idx"],
    metric: "probability-difference",
    note: say`correct_idx is read as the two-digit year; answers are all larger years.`,
    answers: (cells) => byYear(cells.correct_idx),
  },
  {
    columns: ["label"],
    metric: "probability-difference",
    note: say`label is read as the two-digit year; answers are all larger years.`,
    answers: (cells) => byYear(cells.label),
  },
];

/** @throws EngineError "invalid-file" or "invalid-task" */
export function eapIgCsv(source: SourceText): Task {
  const { header, rows, partedBy } = csvTable(source, ["clean"]);
  const has = (column: string): boolean => header.includes(column);
  const table = TABLES.find(({ columns }) => columns.every(has));
  const corrupt = ["corrupted", "corrupt"].find(has);
  if (!table || !has("clean") || corrupt === undefined) {
    const wanted = sayList(
      TABLES.map(({ columns }) => sayList(columns, " and ")),
      "; ",
    );
    throw badTable(
      source,
      1,
      say`columns are ${namesOf(header)}, parted by ${partedBy}; a task table needs clean, corrupted and one of: ${wanted}.`,
    );
  }
  const others = header.filter((column) => /^corrupted_\w+$/.test(column) && isPromptColumn(column, rows));
  const task = taskOfRows(source, rows, (cells) => readRow({ ...cells, corrupted: cells[corrupt] }, table, others), {
    metric: table.metric,
    notes: table.note ? [say`${source.file}: ${table.note}`] : [],
  });
  return { ...task, notes: [...task.notes, ...tokenNotes(source, task)] };
}

/** What answers mean is seen from the rows: a column of ids may hold words, and both may stand in one list. */
function tokenNotes({ file }: SourceText, { prompts, metric }: PromptTask): Sentence[] {
  if (metric === "probability-difference") return [];
  const answers = prompts.flatMap((prompt) => [...prompt.answers, ...prompt.wrongAnswers]);
  const ids = answers.some((answer) => typeof answer === "number");
  const words = answers.some((answer) => typeof answer === "string" && !VERB_WORDS.includes(answer));
  return [...(ids ? [say`${file}: ${IDS_NOTE}`] : []), ...(words ? [say`${file}: ${WORDS_NOTE}`] : [])];
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
  if (clean === "" || corrupted === "") return { problem: say`clean or corrupted is empty; write both prompts.` };
  const answers = table.answers(cells);
  if ("problem" in answers) return answers;
  const otherCorrupt = Object.fromEntries(
    others.map((column) => [column.slice("corrupted_".length), cells[column] ?? ""]),
  );
  return { clean, corrupt: corrupted, ...answers, ...(others.length > 0 ? { otherCorrupt } : {}) };
}

/** @param numbers what a bare number means in these columns */
function byTokens(cells: Cells, right: string, wrong: string, numbers: "id" | "word"): Answers | { problem: Sentence } {
  const space = /\s$/.test(cells.clean ?? "") ? "" : " ";
  const answers = tokens(cells[right] ?? "", numbers, space);
  const wrongAnswers = tokens(cells[wrong] ?? "", numbers, space);
  if (answers && wrongAnswers) return { answers, wrongAnswers };
  const column = answers ? wrong : right;
  const example =
    numbers === "id"
      ? say`a token id, a word, or a list such as [262, 11]`
      : say`a word, or a list such as [' Paris', ' Lyon']`;
  return { problem: say`${column} is ${JSON.stringify(cells[column] ?? "")}; write ${example}.` };
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

function byYear(cell: string | undefined): Answers | { problem: Sentence } {
  const year = parsePythonLiteral(cell ?? "");
  const isYear = typeof year === "number" && Number.isInteger(year) && year >= 1 && year <= 98;
  return isYear
    ? yearAnswers(year)
    : {
        problem: say`the year is ${JSON.stringify(cell ?? "")}; write its last two digits, 1 to 98. Answers that are words or ids need a column incorrect_idx beside correct_idx.`,
      };
}

const VERBS = { singular: [" is", " was", " has"], plural: [" are", " were", " have"] } as const;

const VERB_WORDS: readonly string[] = [...VERBS.singular, ...VERBS.plural];

function byNumber({ plural }: Cells): Answers | { problem: Sentence } {
  if (/^(1|true)$/i.test(plural ?? "")) return { answers: VERBS.plural, wrongAnswers: VERBS.singular };
  if (/^(0|false)$/i.test(plural ?? "")) return { answers: VERBS.singular, wrongAnswers: VERBS.plural };
  return { problem: say`plural is ${JSON.stringify(plural ?? "")}; write 0 or 1.` };
}
