// Which edges come first, and which of them lie on a way from the input to the logits.
import type { Edge } from "../circuit/edge.ts";
import { formatNode } from "../circuit/node.ts";
import type { EdgeScore } from "./edge-attribution.ts";

/** "helpful": what would lower the metric most when it is cut; "magnitude": what would change it most. */
export const EDGE_ORDERS = ["helpful", "magnitude"] as const;
export type EdgeOrder = (typeof EDGE_ORDERS)[number];

/** First the edges to keep. MIB orders by "helpful" for CPR and by "magnitude" for CMD. */
export function rankedEdges(edges: readonly EdgeScore[], order: EdgeOrder): EdgeScore[] {
  const key = order === "helpful" ? ({ score }: EdgeScore) => score : ({ score }: EdgeScore) => -Math.abs(score);
  return [...edges].sort((a, b) => key(a) - key(b));
}

/** The edges on a way from the input to the logits; the others carry nothing of the prompt, or carry it nowhere. */
export function connectedEdges<E extends Edge>(edges: readonly E[]): E[] {
  const from = reached(
    edges,
    "input",
    ({ source }) => source,
    ({ target }) => target,
  );
  const to = reached(
    edges,
    "logits",
    ({ target }) => target,
    ({ source }) => source,
  );
  return edges.filter(({ source, target }) => from.has(formatNode(source)) && to.has(formatNode(target)));
}

/** Ids of the nodes that a walk over the edges gets to, from one end to the other of each. */
function reached(
  edges: readonly Edge[],
  start: string,
  tail: (edge: Edge) => Edge["source"],
  head: (edge: Edge) => Edge["source"],
): ReadonlySet<string> {
  const seen = new Set([start]);
  for (let before = 0; before < seen.size;) {
    before = seen.size;
    for (const edge of edges) if (seen.has(formatNode(tail(edge)))) seen.add(formatNode(head(edge)));
  }
  return seen;
}
