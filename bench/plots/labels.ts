// Keeps labels of points from lying on each other.

/** A label that begins at x, with the middle of its line at y; px. */
interface Label {
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

const lineHeight = 15;

/** The y of each label, px, downwards from the top: its own, or as far below as no label above it reaches. */
export function labelHeights(labels: readonly Label[]): number[] {
  const heights = labels.map(({ y }) => y);
  const fromTop = labels.map((_, i) => i).sort((a, b) => labels[a].y - labels[b].y);
  const placed: number[] = [];
  for (const i of fromTop) {
    for (const other of placed) {
      if (!beside(labels[i], labels[other])) heights[i] = Math.max(heights[i], heights[other] + lineHeight);
    }
    placed.push(i);
  }
  return heights;
}

const beside = (a: Label, b: Label) => a.x >= b.x + b.width || b.x >= a.x + a.width;
