// Which cells of a layer × position map a cell can have an influence on.

export interface Cell {
  readonly row: number;
  readonly column: number;
}

/** Itself, and in deeper layers the same and later positions: no token sees those behind it. */
export function isInCone(from: Cell, { row, column }: Cell): boolean {
  if (row === from.row) return column === from.column;
  return row > from.row && column >= from.column;
}
