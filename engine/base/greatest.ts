// The greatest and the least of a list of any length: a call takes some ten thousand arguments at most, so a list is never spread into one.

/** @param least what it is at least; what it is of an empty list */
export function greatest(values: Iterable<number>, least = -Infinity): number {
  let found = least;
  for (const value of values) found = Math.max(found, value);
  return found;
}

/** @param most what it is at most; what it is of an empty list */
export function least(values: Iterable<number>, most = Infinity): number {
  let found = most;
  for (const value of values) found = Math.min(found, value);
  return found;
}
