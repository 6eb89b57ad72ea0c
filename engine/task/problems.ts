// Everything that is wrong with a file, each with its place and its line, thrown as one error.
import { EngineError, formatPlace, MOST_PROBLEMS, type ErrorCode, type Place } from "../base/errors.ts";
import { visibleLine } from "../base/visible.ts";

export interface Problem {
  readonly place: Place;
  /** What, value, remedy. */
  readonly sentence: string;
}

interface ProblemFile {
  readonly file: string;
  readonly text?: string;
  readonly code?: ErrorCode;
}

/** @throws EngineError with all problems in the order of the file, if there are any */
export function throwProblems(problems: readonly Problem[], file: ProblemFile): void {
  if (problems.length > 0) throw problemsError(problems, file);
}

/** One or more problems, in the order of the file, as the error to throw. */
export function problemsError(
  problems: readonly Problem[],
  { file, text, code = "invalid-task" }: ProblemFile,
  cause?: unknown,
): EngineError {
  const sorted = [...problems].sort(
    (a, b) => (a.place.line ?? 0) - (b.place.line ?? 0) || (a.place.column ?? 0) - (b.place.column ?? 0),
  );
  const lines = text?.split("\n");
  const shown = sorted.slice(0, MOST_PROBLEMS.listed).map((problem) => formatProblem(problem, lines));
  const more = sorted.length - shown.length;
  const message = [
    ...(sorted.length > 1 ? [`${file} has ${sorted.length} problems:`] : []),
    ...shown,
    ...(more > 0 ? [`and ${more} more.`] : []),
  ].join("\n");
  return new EngineError(
    code,
    message,
    { place: sorted[0]!.place, problems: sorted.slice(0, MOST_PROBLEMS.kept), count: sorted.length },
    { cause },
  );
}

function formatProblem({ place, sentence }: Problem, lines: readonly string[] | undefined): string {
  const head = `${formatPlace(place)}: ${visible(sentence)}`;
  const line = place.line === undefined ? undefined : lines?.[place.line - 1];
  if (line === undefined) return head;
  return `${head}\n${excerpt(visible(line.replace(/\r$/, "")), place.line!, place.column ?? 1)}`;
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
