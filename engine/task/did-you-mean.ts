// The known name nearest to a mistyped one.

/** " Did you mean "slots"?" or nothing: at most a third of the letters may differ, and always one, but never all of them. */
export function didYouMean(wrong: string, known: Iterable<string>): string {
  if (wrong.length > 50) return "";
  let best: string | undefined;
  let least = Math.max(1, Math.floor(wrong.length / 3)) + 1;
  for (const name of known) {
    const distance = editDistance(wrong.toLowerCase(), name.toLowerCase());
    if (distance < least && distance < Math.max(wrong.length, name.length)) [best, least] = [name, distance];
  }
  return best === undefined ? "" : ` Did you mean "${best}"?`;
}

/** Levenshtein distance: insertions, deletions and substitutions. */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const substituted = previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(substituted, previous[j]! + 1, row[j - 1]! + 1));
    }
    previous = row;
  }
  return previous[b.length]!;
}
