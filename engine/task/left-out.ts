// Prompts of a file that cannot be used: a few are left out with a note, a file of which most cannot be used is refused.
import { ProblemList } from "../base/problem-list.ts";
import { say, type Sentence } from "../base/sentence.ts";
import { shortSentence, throwProblems, type Problem, type Problems } from "./problems.ts";

/** Prompts or rows that cannot be used: how many there are, and what is wrong with them. */
export class Unusable {
  readonly problems: Problems = new ProblemList<Problem>();
  private found = 0;

  get count(): number {
    return this.found;
  }

  /** One more. @param wrong with it, at least one thing */
  add(wrong: Problems): void {
    this.found++;
    this.problems.addAll(wrong);
  }

  /** One more with one problem. */
  addOne(make: () => Problem): void {
    this.found++;
    this.problems.add(make);
  }
}

/**
 * @param bad prompts or rows that cannot be used
 * @param total prompts or rows of the file, these among them
 * @param what they are, such as "prompts"
 * @returns the note that says how many and why the first, if there are any
 * @throws EngineError "invalid-task" naming every one, where they are more than half
 */
export function leaveOut(
  bad: Unusable,
  total: number,
  what: Sentence,
  source: { readonly file: string; readonly text?: string },
): Sentence[] {
  const [first] = bad.problems;
  if (!first) return [];
  if (bad.count > total / 2) throwProblems(bad.problems, source);
  const { line } = first.place;
  const place = line === undefined ? say`` : say`, in line ${line}`;
  const sentence = shortSentence(first.sentence);
  const found = say`${source.file}: ${bad.count} of ${total} ${what} left out; the first${place}`;
  return [sentence.text.endsWith(".") ? say`${found}: ${sentence}` : say`${found}: ${sentence}.`];
}
