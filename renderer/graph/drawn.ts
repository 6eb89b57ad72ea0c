// What the graph draws of a circuit: which nodes in which state, and which connections pass the filter.
import type { CircuitEdge } from "../../engine/circuit/circuit-schema.ts";
import { groupBy } from "../../engine/base/group.ts";
import type { NodeSide } from "../state/comparison.ts";
import type { EdgeFilter } from "../state/view.ts";
import { normalised } from "./normalise.ts";

/** "always" are nodes that no search removes: input, logits, and kinds of units that were not searched; "ablated" the user took out. */
export type NodeState = "always" | "kept" | "removed" | "removed-now" | "ablated";

export interface DrawnNode {
  readonly id: string;
  /** Second line under the id. */
  readonly role: string | undefined;
  /** Of an MLP whose kept neurons are too many to be drawn, and of a dictionary with its features: how many they are. */
  readonly neurons?: number;
  readonly state: NodeState;
  readonly pinned: boolean;
  /** Which of two compared circuits keep it; undefined where neither does or none is compared. */
  readonly side: NodeSide | undefined;
}

export interface NodeSource {
  /** Nodes of the circuit, units or not. */
  readonly circuit: readonly string[];
  readonly searched: readonly string[];
  readonly kept: readonly string[];
  readonly removedNow: readonly string[];
  /** By the user. */
  readonly ablated: readonly string[];
  readonly pinned: readonly string[];
  readonly sides: ReadonlyMap<string, NodeSide> | undefined;
  readonly roleOf: (id: string) => string | undefined;
}

/** More neurons or features than these lie on top of each other; they are drawn as their MLPs and dictionaries. */
const mostSmall = 40;

/**
 * Every node but removed neurons and features: by the thousand they would hide the rest. Where many are kept they stand as
 * their MLP or dictionary, with their number. Compared circuits are drawn as one graph.
 */
export function drawnNodes(source: NodeSource): DrawnNode[] {
  const kept = new Set(source.kept);
  const searched = new Set(source.searched);
  const now = new Set(source.removedNow);
  const ablated = new Set(source.ablated);
  const stateOf = (id: string): NodeState => {
    if (!searched.has(id)) return source.sides?.get(id) === "onlyB" ? "removed" : "always";
    if (ablated.has(id)) return "ablated";
    return kept.has(id) ? "kept" : now.has(id) ? "removed-now" : "removed";
  };
  const nodes = [...new Set([...source.circuit, ...searched, ...(source.sides?.keys() ?? [])])]
    .map((id): DrawnNode => ({
      id,
      role: source.roleOf(id),
      state: stateOf(id),
      pinned: source.pinned.includes(id),
      side: source.sides?.get(id),
    }))
    .filter(({ id, state, side }) => !isSmall(id) || state !== "removed" || side !== undefined);
  return nodes.filter(({ id }) => isSmall(id)).length <= mostSmall ? nodes : withSmallCounted(nodes);
}

/** A neuron such as m2.n17, a feature such as d2.f17. */
const isSmall = (id: string) => /\.[nf]\d/.test(id);

/** Kept neurons as a number of their MLP's node, features of the node that stands for their dictionary, its error. */
function withSmallCounted(nodes: readonly DrawnNode[]): DrawnNode[] {
  const [small, others] = [nodes.filter(({ id }) => isSmall(id)), nodes.filter(({ id }) => !isSmall(id))];
  const kept = small.filter(({ state }) => state === "kept");
  const byOwner = groupBy(kept, ({ id }) => {
    const [owner] = id.split(".");
    return owner.startsWith("d") ? `${owner}.error` : owner;
  });
  const known = new Set(others.map(({ id }) => id));
  const added = [...byOwner.keys()]
    .filter((id) => !known.has(id))
    .map((id): DrawnNode => ({ id, role: undefined, state: "always", pinned: false, side: undefined }));
  return [...others, ...added].map((node) => {
    const own = byOwner.get(node.id);
    return own ? { ...node, neurons: own.length, state: node.side === undefined ? "kept" : node.state } : node;
  });
}

/** The nodes that carry an edge of a circuit of edges, and both ends of the model. */
export function nodesOfEdges(
  edges: readonly CircuitEdge[],
  pinned: readonly string[],
  roleOf: NodeSource["roleOf"],
): DrawnNode[] {
  const ends = ["input", "logits"];
  const units = [...new Set(edges.flatMap(({ source, target }) => [source, target]))].filter(
    (id) => !ends.includes(id),
  );
  return drawnNodes({
    circuit: ends,
    searched: units,
    kept: units,
    removedNow: [],
    ablated: [],
    pinned,
    sides: undefined,
    roleOf,
  });
}

/** The strongest that pass the filter, strongest first; their weights are normalised where it says so. */
export function drawnEdges(
  edges: readonly CircuitEdge[],
  { most, least, pinnedOnly, normalised: by }: Omit<EdgeFilter, "weighed">,
  pinned: readonly string[],
): CircuitEdge[] {
  return normalised(edges, by)
    .filter(({ weight }) => Math.abs(weight) >= least)
    .filter(({ source, target }) => !pinnedOnly || pinned.includes(source) || pinned.includes(target))
    .sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight))
    .slice(0, most);
}
