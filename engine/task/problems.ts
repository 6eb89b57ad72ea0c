// Everything that is wrong with a file, each with its place and its line, thrown as one error.
import { EngineError, formatPlace, MOST_PROBLEMS, type ErrorCode, type Place } from "../base/errors.ts";
import { say, sayList, Sentence } from "../base/sentence.ts";
import { ProblemList } from "../base/problem-list.ts";
import { visibleLine } from "../base/visible.ts";

export interface Problem {
  readonly place: Place;
  /** What, value, remedy. */
  readonly sentence: Sentence;
}

export type Problems = ProblemList<Problem>;

interface ProblemFile {
  readonly file: string;
  readonly text?: string;
  readonly code?: ErrorCode;
}

/** @throws EngineError with the problems in the order of the file, if there are any */
export function throwProblems(problems: Problems, file: ProblemFile): void {
  if (problems.count > 0) throw problemsError(problems, file);
}

/** The one problem of a file, as the error to throw. */
export function problemError(problem: Problem, file: ProblemFile, cause?: unknown): EngineError {
  const problems = new ProblemList<Problem>();
  problems.add(() => problem);
  return problemsError(problems, file, cause);
}

/** One or more problems, those that are kept in the order of the file, as the error to throw. */
function problemsError(
  problems: Problems,
  { file, text, code = "invalid-task" }: ProblemFile,
  cause?: unknown,
): EngineError {
  const sorted = [...problems]
    .map(withShortSentence)
    .sort((a, b) => (a.place.line ?? 0) - (b.place.line ?? 0) || (a.place.column ?? 0) - (b.place.column ?? 0));
  const lines = text?.split("\n");
  const shown = sorted.slice(0, MOST_PROBLEMS.listed).map((problem) => formatProblem(problem, lines));
  const more = problems.count - shown.length;
  const message = sayList(
    [
      ...(problems.count > 1 ? [say`${file} has ${problems.count} problems:`] : []),
      ...shown,
      ...(more > 0 ? [say`and ${more} more.`] : []),
    ],
    "\n",
  );
  return new EngineError(
    code,
    message,
    { place: sorted[0]!.place, problems: sorted, count: problems.count },
    { cause },
  );
}

/** A value that is quoted in a sentence may be as long as the file; beginning and remedy stay. */
const SENTENCE = { longest: 600, head: 400, tail: 150 } as const;

export function shortSentence(sentence: Sentence): Sentence {
  return sentence.text.length <= SENTENCE.longest ? sentence : Sentence.changed(sentence, shortened);
}

function shortened(text: string): string {
  return text.length <= SENTENCE.longest ? text : `${text.slice(0, SENTENCE.head)} … ${text.slice(-SENTENCE.tail)}`;
}

function withShortSentence({ place, sentence }: Problem): Problem {
  return { place, sentence: shortSentence(sentence) };
}

function formatProblem({ place, sentence }: Problem, lines: readonly string[] | undefined): Sentence {
  const head = say`${formatPlace(place)}: ${Sentence.changed(sentence, visible)}`;
  const line = place.line === undefined ? undefined : lines?.[place.line - 1];
  if (line === undefined) return head;
  return say`${head}\n${excerpt(visible(line.replace(/\r$/, "")), place.line!, place.column ?? 1)}`;
}

/** Tabs as arrows, so that the caret stays in place. */
const visible = (text: string): string => visibleLine(text.replace(/\t/g, "→"));

const WIDTH = 100;

/** "  12 | the line" with a caret under the column; of a long line the part around it. */
function excerpt(line: string, number: number, column: number): string {
  const start = column - 1 < WIDTH ? 0 : column - 1 - WIDTH / 2;
  const before = start > 0 ? "…" : "";
  const after = line.length > start + WIDTH ? "…" : "";
  const part = before + line.slice(start, start + WIDTH) + after;
  const margin = `  ${number} | `;
  return `${margin}${part}\n${" ".repeat(margin.length + before.length + column - 1 - start)}^`;
}
