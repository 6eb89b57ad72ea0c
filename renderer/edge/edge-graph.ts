// A circuit of edges as the graph file of EAP-IG and MIB: every edge's score, and which edges are in the circuit.
import type { ScoreSign } from "../../engine/choices/lists.ts";
import { formatEdge } from "../../engine/circuit/edge.ts";
import { edgesToEapIg, formatEapIg } from "../../engine/circuit/exports/eap-ig.ts";
import { topologyOf } from "../../engine/circuit/topology.ts";
import type { EdgeCurve } from "../../engine/contract/edges.ts";
import type { EdgeCircuits } from "./edge-circuit.ts";

/** @param sign what the file's scores are to mean */
export function edgeGraphText({ model }: EdgeCircuits, { scores, pruned, smallest }: EdgeCurve, sign: ScoreSign) {
  const edges = topologyOf(model).edges.map((edge, place) => ({ ...edge, score: scores[place] }));
  const kept = new Set((pruned?.edges ?? smallest ?? []).map((place) => formatEdge(edges[place])));
  return formatEapIg(edgesToEapIg(model, edges, kept), sign);
}
