// A drawing as a frame with leaves: groups with an id and none with an id inside them, so that a drawing that changes in a few is changed there alone.

export interface LeafGroups {
  /** The text around the leaves. */
  readonly frame: string;
  /** Text of each, in the order of the drawing. */
  readonly leaves: readonly string[];
}

/** The same groups in a page, in the same order. */
export const LEAVES_OF_A_PAGE = "g[id]:not(:has(g[id]))";

/** A group's beginning, with its id where it has one, or the end of one; attributes and text are escaped. */
const BORDER = /<g(?: id="([^"]*)")?[^>]*?(\/)?>|<\/g>/g;

/** @param svg of our own making: the id is a group's first attribute */
export function leafGroups(svg: string): LeafGroups {
  const leaves: string[] = [];
  const frame: string[] = [];
  const open: { readonly at: number; readonly hasId: boolean; hasNamedInside: boolean }[] = [];
  let from = 0;
  for (const border of svg.matchAll(BORDER)) {
    const [tag, id, isEmpty] = border;
    if (tag !== "</g>") open.push({ at: border.index, hasId: id !== undefined, hasNamedInside: false });
    if (tag !== "</g>" && isEmpty === undefined) continue;
    const { at, hasId, hasNamedInside } = open.pop()!;
    const outer = open.at(-1);
    if (outer && (hasId || hasNamedInside)) outer.hasNamedInside = true;
    if (!hasId || hasNamedInside) continue;
    const end = border.index + tag.length;
    frame.push(svg.slice(from, at));
    leaves.push(svg.slice(at, end));
    from = end;
  }
  return { frame: [...frame, svg.slice(from)].join("\0"), leaves };
}

/** Which leaves are different; undefined where more than leaves is. */
export function changedLeaves(before: LeafGroups, after: LeafGroups): readonly number[] | undefined {
  if (before.frame !== after.frame) return undefined;
  return after.leaves.flatMap((text, i) => (text === before.leaves[i] ? [] : [i]));
}
