// A drawing as a frame with leaves: groups with an id and no group inside them, so that a drawing that changes in a few is changed there alone.

export interface LeafGroups {
  /** The text around the leaves. */
  readonly frame: string;
  /** Text of each, in the order of the drawing. */
  readonly leaves: readonly string[];
}

const OPEN = '<g id="';
const CLOSE = "</g>";

/** @param svg of our own making: the id is a group's first attribute */
export function leafGroups(svg: string): LeafGroups {
  const leaves: string[] = [];
  const frame: string[] = [];
  let from = 0;
  for (let at = svg.indexOf(OPEN); at !== -1; at = svg.indexOf(OPEN, Math.max(from, at + 1))) {
    const end = svg.indexOf(CLOSE, at);
    const inner = svg.indexOf("<g ", at + 1);
    if (inner !== -1 && inner < end) continue;
    frame.push(svg.slice(from, at));
    from = end + CLOSE.length;
    leaves.push(svg.slice(at, from));
  }
  return { frame: [...frame, svg.slice(from)].join("\0"), leaves };
}

/** Which leaves are different; undefined where more than leaves is. */
export function changedLeaves(before: LeafGroups, after: LeafGroups): readonly number[] | undefined {
  if (before.frame !== after.frame) return undefined;
  return after.leaves.flatMap((text, i) => (text === before.leaves[i] ? [] : [i]));
}
