// Data sets of rows, each a pair of prompts: the part that all importers of rows share.
import { commonFields } from "../common-fields.ts";
import { leaveOut } from "../left-out.ts";
import { throwProblems, type Problem } from "../problems.ts";
import type { MetricName } from "../schema.ts";
import type { SourceText } from "../source.ts";
import type { PromptPair, PromptTask } from "../task.ts";

/** A row's prompts, or the sentence that says what is wrong with it. */
export type RowResult = Omit<PromptPair, "line"> | { readonly problem: string };

export interface Row<Data> {
  readonly data: Data;
  readonly line: number;
}

/** @throws EngineError "invalid-task" naming every bad row, where they are more than half */
export function taskOfRows<Data>(
  source: SourceText,
  rows: readonly Row<Data>[],
  read: (data: Data) => RowResult,
  { metric = "logit-difference", notes }: { metric?: MetricName; notes: readonly string[] },
): PromptTask {
  const problems: Problem[] = [];
  const prompts: PromptPair[] = [];
  for (const { data, line } of rows) {
    const result = read(data);
    if ("problem" in result) problems.push({ sentence: result.problem, place: { file: source.file, line, column: 1 } });
    else prompts.push({ ...result, line });
  }
  if (rows.length === 0) problems.push({ sentence: "has no rows.", place: { file: source.file } });
  if (prompts.length === 0) throwProblems(problems, source);
  const bad = problems.map((problem) => [problem]);
  const left = leaveOut(bad, rows.length, "rows", source);
  return {
    ...commonFields(source, { metric }, [...notes, ...left]),
    kind: "contrast",
    form: "prompts",
    prompts,
    wordIndices: {},
    roles: [],
    dropped: problems.length,
  };
}

/** The two-digit years after and up to one, for rows that give only the year. */
export function yearAnswers(year: number): { answers: string[]; wrongAnswers: string[] } {
  const years = Array.from({ length: 99 }, (_, i) => String(i + 1).padStart(2, "0"));
  return { answers: years.filter((y) => Number(y) > year), wrongAnswers: years.filter((y) => Number(y) <= year) };
}
