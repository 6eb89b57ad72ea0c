// Keeps labels of points from lying on each other.

interface Place {
  readonly x: number;
  readonly y: number;
}

/** Height of a line of text and about the length of a label, px. */
const line = 15;
const length = 230;

/** The y of each label, px, downwards from the top: its point's own, or as far below as no label above it reaches. */
export function labelHeights(points: readonly Place[]): number[] {
  const heights = points.map(({ y }) => y);
  const fromTop = points.map((_, i) => i).sort((a, b) => points[a].y - points[b].y);
  const placed: number[] = [];
  for (const i of fromTop) {
    for (const other of placed) {
      const beside = Math.abs(points[i].x - points[other].x) >= length;
      if (!beside) heights[i] = Math.max(heights[i], heights[other] + line);
    }
    placed.push(i);
  }
  return heights;
}
