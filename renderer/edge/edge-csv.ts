// Tables of circuits of edges: the curve of every method, and the edges of one circuit.
import type { CircuitEdge } from "../../engine/circuit/circuit-schema.ts";
import { csvText } from "../../engine/circuit/exports/csv-text.ts";
import type { EdgeCircuits } from "./edge-circuit.ts";

/** A line for each measured size. */
export function edgeCurvesCsv({ found }: EdgeCircuits): string {
  const lines = found.flatMap(({ method, points }) =>
    points.map(({ fraction, edges, faithfulness, heldOut, holds }) => [
      method,
      fraction,
      edges,
      faithfulness,
      heldOut,
      holds,
    ]),
  );
  return csvText([["method", "share", "connected", "faithfulness", "heldOut", "criterionHolds"], ...lines]);
}

/** A line for each edge; negative scores help. */
export function edgeCircuitCsv(edges: readonly CircuitEdge[]): string {
  const lines = edges.map(({ source, target, input, weight }) => [source, target, input, weight]);
  return csvText([["source", "target", "input", "score"], ...lines]);
}
