// The largest |a − b| over two arrays of the same length; anything that is not a number counts as infinite.

export function greatestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) throw new Error(`internal: ${a.length} values against ${b.length}`);
  let greatest = 0;
  for (let i = 0; i < a.length; i++) {
    const difference = Math.abs(a[i] - b[i]);
    greatest = Number.isNaN(difference) ? Infinity : Math.max(greatest, difference);
  }
  return greatest;
}
