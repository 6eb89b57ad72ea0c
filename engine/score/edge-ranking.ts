// Which edges come first, and which of them lie on a way from the input to the logits.
import { groupBy } from "../base/group.ts";
import type { EdgeOrder, EdgeSelection } from "../choices/lists.ts";
import type { Edge } from "../circuit/edge.ts";
import { formatNode } from "../circuit/node.ts";
import type { EdgeScore } from "./edge-attribution.ts";

/**
 * First the edges to keep.
 *
 * @param order "helpful": what would lower the metric most when it is cut; "magnitude": what would change it most. MIB orders by
 *   "helpful" for CPR and by "magnitude" for CMD
 * @param selection "top-n": by score alone; "greedy": from the logits outwards, always the first by score of the edges into
 *   nodes reached so far
 */
export function rankedEdges(
  edges: readonly EdgeScore[],
  order: EdgeOrder,
  selection: Exclude<EdgeSelection, "ilp"> = "top-n",
): EdgeScore[] {
  const key = order === "helpful" ? ({ score }: EdgeScore) => score : ({ score }: EdgeScore) => -Math.abs(score);
  const ranked = [...edges].sort((a, b) => key(a) - key(b));
  return selection === "greedy" ? fromLogits(ranked) : ranked;
}

/**
 * Every prefix of this order hangs together with the logits, so that fewer of its edges fall away as unconnected.
 *
 * @see Hanna, Pezzelle, Belinkov 2024, arXiv:2403.17806: greedy search from the logits
 */
function fromLogits(ranked: readonly EdgeScore[]): EdgeScore[] {
  const into = groupBy(ranked.keys(), (rank) => formatNode(ranked[rank].target));
  /** Ranks of the edges into each node reached, those that are taken gone. */
  const open = new Map<string, number[]>();
  const reach = (node: string) => {
    if (!open.has(node)) open.set(node, (into.get(node) ?? []).reverse());
  };
  reach("logits");
  const taken: EdgeScore[] = [];
  for (;;) {
    const next = [...open.values()].reduce((best, ranks) => (lastOf(ranks) < lastOf(best) ? ranks : best), []);
    const rank = next.pop();
    if (rank === undefined) return taken;
    taken.push(ranked[rank]);
    reach(formatNode(ranked[rank].source));
  }
}

const lastOf = (ranks: readonly number[]) => ranks.at(-1) ?? Infinity;

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
