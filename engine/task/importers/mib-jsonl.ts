// Rows of the MIB benchmark's data sets (arXiv:2504.13151) as JSON, one row a line.
import { say, sayList } from "../../base/sentence.ts";
import { z } from "zod";
import { ProblemList } from "../../base/problem-list.ts";
import { throwProblems, type Problem } from "../problems.ts";
import { JsonSyntaxError, jsonValue, parseJsonTree } from "../json-tree.ts";
import type { MetricName } from "../schema.ts";
import type { SourceText } from "../source.ts";
import type { PromptPair, Task } from "../task.ts";
import { requireCountOfRows, taskOfRows, yearAnswers, type Row, type RowResult } from "./rows.ts";

interface Layout {
  readonly metric?: MetricName;
  readonly note: string;
  /** Undefined if the row is of another layout. */
  read(row: unknown): RowResult | undefined;
}

const choiceRow = z.object({
  prompt: z.string().min(1),
  choices: z.array(z.string()).min(2),
  answerKey: z.int().min(0),
});
const labelRow = z.object({
  prompt: z.string().min(1),
  choices: z.object({ label: z.array(z.string()).min(2) }),
  answerKey: z.union([z.string(), z.int().min(0)]),
});
const sumRow = z.object({ prompt: z.string().min(1), label: z.union([z.string(), z.number()]) });
const yearRow = z.object({
  clean: z.string().min(1),
  corrupted: z.string().min(1),
  year: z.union([z.string(), z.number()]),
});

const LAYOUTS: readonly Layout[] = [
  {
    note: "IOI rows: the default counterfactual is s2_io_flip, which turns the answer round, so f is not comparable with that of abc.",
    read: readChoices,
  },
  { note: "multiple-choice rows: the wrong answer is the counterfactual's.", read: readLabels },
  { note: "arithmetic rows: the wrong answer is the counterfactual's.", read: readSum },
  {
    note: "greater-than rows: answers are all larger two-digit years.",
    metric: "probability-difference",
    read: readYear,
  },
];

/** @throws EngineError "invalid-file" or "invalid-task" */
export function mibJsonl(source: SourceText): Task {
  const rows = parseLines(source);
  const layout = layoutOf(rows);
  const problem = say`is not a row of a MIB data set; it needs prompt with choices and answerKey, prompt with label, or clean, corrupted and year, and a counterfactual.`;
  return taskOfRows(source, rows, (row) => layout?.read(row) ?? { problem }, {
    metric: layout?.metric,
    notes: layout ? [say`${source.file}: ${layout.note}`] : [],
  });
}

/** That of the first row that has one; all rows of a file are of one layout. */
function layoutOf(rows: readonly Row<unknown>[]): Layout | undefined {
  for (const { data } of rows) {
    const layout = LAYOUTS.find(({ read }) => read(data) !== undefined);
    if (layout) return layout;
  }
  return undefined;
}

function parseLines({ file, text }: SourceText): Row<unknown>[] {
  const problems = new ProblemList<Problem>();
  const rows: Row<unknown>[] = [];
  text.split("\n").forEach((content, i) => {
    if (content.trim() === "") return;
    requireCountOfRows(rows.length + problems.count + 1, file);
    try {
      rows.push({ data: jsonValue(parseJsonTree(content.replace(/^\uFEFF/, " "))), line: i + 1 });
    } catch (error) {
      if (!(error instanceof JsonSyntaxError)) throw error;
      problems.add(() => ({ sentence: error.sentence, place: { file, line: i + 1, column: error.at + 1 } }));
    }
  });
  throwProblems(problems, { file, text, code: "invalid-file" });
  return rows;
}

/** Fields "<name>_counterfactual" by name, those that a layout can read. */
function counterfactuals<T>(row: unknown, schema: z.ZodType<T>): Map<string, T> {
  const found = new Map<string, T>();
  for (const [field, value] of Object.entries(row as object)) {
    const name = /^(\w+)_counterfactual$/.exec(field)?.[1];
    const parsed = schema.safeParse(value);
    if (name !== undefined && parsed.success) found.set(name, parsed.data);
  }
  return found;
}

/** The preferred counterfactual as the corrupt prompt, the others by name. */
function corruptPrompts(
  found: ReadonlyMap<string, { readonly prompt: string }>,
  preferred: string,
): Pick<PromptPair, "corrupt" | "otherCorrupt"> | undefined {
  const name = found.has(preferred) ? preferred : [...found.keys()][0];
  if (name === undefined) return undefined;
  const others = [...found].filter(([other]) => other !== name).map(([other, { prompt }]) => [other, prompt] as const);
  return { corrupt: found.get(name)!.prompt, otherCorrupt: Object.fromEntries(others) };
}

function readChoices(row: unknown): RowResult | undefined {
  const parsed = choiceRow.safeParse(row);
  if (!parsed.success) return undefined;
  const { prompt, choices, answerKey } = parsed.data;
  const corrupt = corruptPrompts(counterfactuals(row, z.object({ prompt: z.string() })), "s2_io_flip");
  if (!corrupt) return undefined;
  if (answerKey >= choices.length)
    return { problem: say`answerKey is ${answerKey}, but there are ${choices.length} choices; count from 0.` };
  return {
    clean: prompt,
    ...corrupt,
    answers: [` ${choices[answerKey]}`],
    wrongAnswers: choices.filter((_, i) => i !== answerKey).map((choice) => ` ${choice}`),
  };
}

function readLabels(row: unknown): RowResult | undefined {
  const parsed = labelRow.safeParse(row);
  if (!parsed.success) return undefined;
  const others = counterfactuals(row, labelRow);
  const corrupt = corruptPrompts(others, "symbol");
  if (!corrupt) return undefined;
  const counterfactual = others.get("symbol") ?? [...others.values()][0]!;
  const right = labelOf(parsed.data);
  const wrong = labelOf(counterfactual);
  if (right === undefined || wrong === undefined) {
    const { answerKey, choices } = right === undefined ? parsed.data : counterfactual;
    const labels = sayList(choices.label, ", ");
    return { problem: say`answerKey is ${JSON.stringify(answerKey)}, but the labels are ${labels}; name one of them.` };
  }
  return { clean: parsed.data.prompt, ...corrupt, answers: [` ${right}`], wrongAnswers: [` ${wrong}`] };
}

function labelOf({ choices, answerKey }: z.infer<typeof labelRow>): string | undefined {
  return typeof answerKey === "number" ? choices.label[answerKey] : choices.label.find((label) => label === answerKey);
}

function readSum(row: unknown): RowResult | undefined {
  const parsed = sumRow.safeParse(row);
  if (!parsed.success) return undefined;
  const others = counterfactuals(row, sumRow);
  const corrupt = corruptPrompts(others, "random");
  if (!corrupt) return undefined;
  const { prompt, label } = parsed.data;
  const wrong = (others.get("random") ?? [...others.values()][0]!).label;
  const space = /\s$/.test(prompt) ? "" : " ";
  return { clean: prompt, ...corrupt, answers: [`${space}${label}`], wrongAnswers: [`${space}${wrong}`] };
}

function readYear(row: unknown): RowResult | undefined {
  const parsed = yearRow.safeParse(row);
  if (!parsed.success) return undefined;
  const { clean, corrupted, year } = parsed.data;
  const lastTwo = Number(String(year).slice(-2));
  if (!Number.isInteger(lastTwo) || lastTwo < 1 || lastTwo > 98)
    return { problem: say`year is ${JSON.stringify(year)}; its last two digits must be 01 to 98.` };
  return { clean, corrupt: corrupted, ...yearAnswers(lastTwo) };
}
