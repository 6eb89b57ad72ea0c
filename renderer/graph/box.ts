// How large the nodes are and what stands in them, on the canvas and in exported drawings alike.
import type { DrawnNode } from "./drawn.ts";

/** One size whatever the state: where a box shrinks, all lines to it must be routed anew, at every step. */
export const BOX = { width: 80, height: 40 };

/** Removed nodes stand back, unless a compared circuit keeps them. */
export const isFaint = ({ state, side }: DrawnNode): boolean => state === "removed" && side === undefined;

/** What tells the circuits apart without colour. */
const MARKS = { both: "● ", onlyA: "◀ ", onlyB: "▶ " } as const;

export function linesOf(node: DrawnNode): readonly string[] {
  const name = `${node.side ? MARKS[node.side] : ""}${node.id}`;
  return node.role !== undefined && !isFaint(node) ? [name, node.role] : [name];
}
