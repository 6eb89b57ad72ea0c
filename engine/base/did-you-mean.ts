// Known names in a sentence: the one nearest to a mistyped one, and which there are.
import { say, sayList, type Sentence } from "./sentence.ts";

/** " Did you mean "slots"?" or nothing. */
export function didYouMean(wrong: string, known: Iterable<string>): Sentence {
  const near = nearestOf(wrong, known);
  return near === undefined ? say`` : say` Did you mean "${near}"?`;
}

/** At most a third of the letters may differ, and always one, but never all of them. */
export function nearestOf(wrong: string, known: Iterable<string>): string | undefined {
  if (wrong.length > 50) return undefined;
  let best: string | undefined;
  let least = Math.max(1, Math.floor(wrong.length / 3)) + 1;
  let tried = 0;
  for (const name of known) {
    if (tried++ === MOST_TRIED) break;
    const distance = editDistance(wrong.toLowerCase(), name.toLowerCase());
    if (distance < least && distance < Math.max(wrong.length, name.length)) [best, least] = [name, distance];
  }
  return best;
}

/** Of a file's own names there may be any number. */
const MOST_TRIED = 1000;
const MOST_NAMED = 20;

/** "S, IO, P", of many the first twenty and how many more there are; "none" of none. */
export function namesOf(names: readonly string[]): Sentence {
  if (names.length === 0) return say`none`;
  const more = names.length - MOST_NAMED;
  const first = sayList(names.slice(0, MOST_NAMED), ", ");
  return more > 0 ? say`${first}, and ${more} more` : first;
}

/** Insertions, deletions, substitutions and two neighbours that changed places (optimal string alignment, after Damerau). */
function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const substituted = previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? before[j - 2]! + 1 : Infinity;
      row.push(Math.min(substituted, swapped, previous[j]! + 1, row[j - 1]! + 1));
    }
    [before, previous] = [previous, row];
  }
  return previous[b.length]!;
}
