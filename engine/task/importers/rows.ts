// Data sets of rows, each a pair of prompts: the part that all importers of rows share.
import { type Note, say, type Sentence } from "../../base/sentence.ts";
import { commonFields } from "../common-fields.ts";
import { leaveOut, Unusable } from "../left-out.ts";
import { problemError, throwProblems } from "../problems.ts";
import { LARGEST_COUNT, type MetricName } from "../schema.ts";
import type { SourceText } from "../source.ts";
import type { PromptPair, PromptTask } from "../task.ts";

/** A row's prompts, or the sentence that says what is wrong with it. */
export type RowResult = Omit<PromptPair, "line"> | { readonly problem: Sentence };

export interface Row<Data> {
  readonly data: Data;
  readonly line: number;
}

/** @throws EngineError "invalid-file" for more rows than are read */
export function requireCountOfRows(count: number, file: string): void {
  if (count <= LARGEST_COUNT) return;
  const sentence = say`has more than ${LARGEST_COUNT} rows, the most that are read; split it into smaller files.`;
  throw problemError({ sentence, place: { file } }, { file, code: "invalid-file" });
}

/** @throws EngineError "invalid-task" naming every bad row, where they are more than half */
export function taskOfRows<Data>(
  source: SourceText,
  rows: readonly Row<Data>[],
  read: (data: Data) => RowResult,
  { metric = "logit-difference", notes }: { metric?: MetricName; notes: readonly Note[] },
): PromptTask {
  const bad = new Unusable();
  const prompts: PromptPair[] = [];
  for (const { data, line } of rows) {
    const result = read(data);
    if ("problem" in result)
      bad.addOne(() => ({ sentence: result.problem, place: { file: source.file, line, column: 1 } }));
    else prompts.push({ ...result, line });
  }
  if (rows.length === 0) throw problemError({ sentence: say`has no rows.`, place: { file: source.file } }, source);
  if (prompts.length === 0) throwProblems(bad.problems, source);
  const left = leaveOut(bad, rows.length, say`rows`, source);
  return {
    ...commonFields(source, { metric }, [...notes, ...left]),
    kind: "contrast",
    form: "prompts",
    prompts,
    wordIndices: {},
    roles: [],
    dropped: bad.count,
  };
}

/** The two-digit years after and up to one, for rows that give only the year. */
export function yearAnswers(year: number): { answers: string[]; wrongAnswers: string[] } {
  const years = Array.from({ length: 99 }, (_, i) => String(i + 1).padStart(2, "0"));
  return { answers: years.filter((y) => Number(y) > year), wrongAnswers: years.filter((y) => Number(y) <= year) };
}
