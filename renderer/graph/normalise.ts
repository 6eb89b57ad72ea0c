// Weights of connections made comparable: as they are, or as shares of what enters a node or a layer.
import type { CircuitEdge } from "../../engine/circuit/circuit-schema.ts";
import { parseNode } from "../../engine/circuit/node.ts";
import type { Normalisation } from "../state/view.ts";

/** What the connections that are normalised together have in common. */
const GROUPS: Readonly<Record<Exclude<Normalisation, "none">, (edge: CircuitEdge) => string>> = {
  target: ({ target }) => target,
  layer: ({ target }) => {
    const node = parseNode(target);
    return node && "layer" in node ? String(node.layer) : target;
  },
};

/** w / √Σ w² over the connections into the same target, or into the same layer: sign kept, without a unit. */
export function normalised(edges: readonly CircuitEdge[], by: Normalisation): readonly CircuitEdge[] {
  if (by === "none") return edges;
  const groupOf = GROUPS[by];
  const squares = new Map<string, number>();
  for (const edge of edges) squares.set(groupOf(edge), (squares.get(groupOf(edge)) ?? 0) + edge.weight ** 2);
  return edges.map((edge) => ({ ...edge, weight: edge.weight / (Math.sqrt(squares.get(groupOf(edge))!) || 1) }));
}
