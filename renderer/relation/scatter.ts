// Where the points of a scatter and their names stand: names in a column beside the plot, so that none covers another.

export interface Point {
  readonly name: string;
  /** Both 0 to 1. */
  readonly x: number;
  readonly y: number;
}

export interface Placed extends Point {
  /** Points, of the point. */
  readonly cx: number;
  readonly cy: number;
  /** Points, of the middle of the name's line. */
  readonly nameY: number;
}

export interface Frame {
  readonly left: number;
  readonly top: number;
  /** Of the plot, both ways. */
  readonly side: number;
}

/** Distance of two names, points. */
export const nameStep = 11;

/** From high to low, names as near to their points as the step between two names allows. */
export function placed(points: readonly Point[], { left, top, side }: Frame): Placed[] {
  const sorted = [...points].sort((a, b) => b.y - a.y || a.x - b.x || a.name.localeCompare(b.name));
  const result: Placed[] = [];
  let free = top;
  for (const point of sorted) {
    const cy = top + (1 - point.y) * side;
    const nameY = Math.max(cy, free);
    free = nameY + nameStep;
    result.push({ ...point, cx: left + point.x * side, cy, nameY });
  }
  return result;
}
