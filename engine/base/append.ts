// Puts one list behind another, however long it is: `push(...more)` takes some ten thousand entries at most.

export function append<T>(list: T[], more: Iterable<T>): void {
  for (const entry of more) list.push(entry);
}
