// Prompts of a file that cannot be used: a few are left out with a note, a file of which most cannot be used is refused.
import { throwProblems, type Problem } from "./problems.ts";

/**
 * @param bad of each prompt or row that cannot be used what is wrong with it
 * @param total prompts or rows of the file, these among them
 * @param what they are, such as "prompts"
 * @returns the note that says how many and why the first, if there are any
 * @throws EngineError "invalid-task" naming every one, where they are more than half
 */
export function leaveOut(
  bad: readonly (readonly Problem[])[],
  total: number,
  what: string,
  source: { readonly file: string; readonly text?: string },
): string[] {
  const first = bad[0]?.[0];
  if (!first) return [];
  if (bad.length > total / 2) throwProblems(bad.flat(), source);
  const { line } = first.place;
  const place = line === undefined ? "" : `, in line ${line}`;
  const sentence = first.sentence.replace(/\.$/, "");
  return [`${source.file}: ${bad.length} of ${total} ${what} left out; the first${place}: ${sentence}.`];
}
