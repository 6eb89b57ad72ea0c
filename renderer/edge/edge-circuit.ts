// Circuits of edges as the engine sends them, by number, turned into the connections that the page draws and lists.
import type { EdgeMethod } from "../../engine/choices/lists.ts";
import type { CircuitEdge } from "../../engine/circuit/circuit-schema.ts";
import { type Edge, formatEdge } from "../../engine/circuit/edge.ts";
import { formatNode } from "../../engine/circuit/node.ts";
import { topologyOf } from "../../engine/circuit/topology.ts";
import type { EdgeCurve, EdgesMeasured } from "../../engine/contract/edges.ts";
import { edgeName } from "./edge-name.ts";

/** Circuits of edges by several methods, on the same model and examples. */
export interface EdgeCircuits extends Omit<EdgesMeasured, "curve"> {
  readonly found: readonly EdgeCurve[];
}

/** A circuit of edges that can be drawn. */
export interface DrawableCircuit {
  readonly method: EdgeMethod;
  /** Whether it was pruned edge by edge, or is the smallest of the curve for which the criterion holds. */
  readonly pruned: boolean;
  /** Their weights are the method's scores. */
  readonly edges: readonly CircuitEdge[];
  /** f on the discovery examples, and on the held-out ones with its interval where that was measured. */
  readonly faithfulness: number;
  readonly heldOut: number | undefined;
  readonly interval: readonly [number, number] | undefined;
}

/** The pruned circuit, else the smallest for which the criterion holds; undefined where it holds for none. */
export function drawableCircuit({ model }: EdgeCircuits, curve: EdgeCurve): DrawableCircuit | undefined {
  const { method, scores, points, pruned, smallest } = curve;
  const { edges } = topologyOf(model);
  const connections = (places: readonly number[]) => places.map((place) => connection(edges[place], scores[place]));
  if (pruned) {
    const { faithfulness, heldOut } = pruned;
    const figures = { faithfulness, heldOut: heldOut?.faithfulness, interval: heldOut?.interval };
    return { method, pruned: true, edges: connections(pruned.edges), ...figures };
  }
  const point = points.find(({ holds }) => holds);
  if (!smallest || !point) return undefined;
  const { faithfulness, heldOut } = point;
  return { method, pruned: false, edges: connections(smallest), faithfulness, heldOut, interval: undefined };
}

/** A method's scores by the edges' names. */
export function scoresByName({ model }: EdgeCircuits, { scores }: EdgeCurve): ReadonlyMap<string, number> {
  return new Map(topologyOf(model).edges.map((edge, place) => [formatEdge(edge), scores[place]]));
}

/** Connections with scores as their weights, without those that have none. */
export function weighedBy(edges: readonly CircuitEdge[], scores: ReadonlyMap<string, number>): CircuitEdge[] {
  return edges.flatMap((edge) => {
    const weight = scores.get(edgeName(edge));
    return weight === undefined ? [] : [{ ...edge, weight }];
  });
}

function connection({ source, target, input }: Edge, weight: number): CircuitEdge {
  const ends = { source: formatNode(source), target: formatNode(target) };
  return input ? { ...ends, input, weight } : { ...ends, weight };
}
