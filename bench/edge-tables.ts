// Orders and circuits of edges as tables.
import type { EdgeCurvePoint } from "../engine/session/edge-task.ts";
import type { EdgeCircuitRow, EdgeOrderRow } from "./edge-orders.ts";
import { figure, seconds, type Table } from "./table.ts";

export function orderTable(total: number, rows: readonly EdgeOrderRow[]): Table {
  return {
    head: [
      `orders of ${total.toLocaleString("en")} edges`,
      "by",
      "seconds",
      "edges at f 0.9 to 1.1",
      "f held out",
      "CPR",
      "CMD",
      "largest difference from ours",
    ],
    rows: rows.map(({ method, by, seconds: time, curve, cpr, cmd, difference }) => {
      const enough = smallestFaithful(curve);
      return [
        method,
        by,
        seconds(time),
        enough ? String(enough.edges) : "never",
        figure(enough?.heldOut),
        figure(cpr),
        figure(cmd),
        difference?.toExponential(1) ?? "",
      ];
    }),
  };
}

/** Fewest connected edges of MIB's sizes with f from 0.9 to 1.1 on the discovery examples. */
export function smallestFaithful(curve: readonly EdgeCurvePoint[]): EdgeCurvePoint | undefined {
  return curve.find(({ faithfulness }) => faithfulness >= 0.9 && faithfulness <= 1.1);
}

export function circuitTable(rows: readonly EdgeCircuitRow[]): Table {
  return {
    head: [
      "circuits of edges, tried one by one",
      "by",
      "seconds",
      "edges",
      "f",
      "f held out",
      "f by EAP-IG's evaluation",
    ],
    rows: rows.map(({ method, by, seconds: time, edges, faithfulness, heldOut, byEapIg }) => [
      method,
      by,
      seconds(time),
      String(edges),
      figure(faithfulness),
      figure(heldOut),
      byEapIg === undefined ? "" : `${figure(byEapIg)}, ${Math.abs(byEapIg - faithfulness).toExponential(0)} off`,
    ]),
  };
}
