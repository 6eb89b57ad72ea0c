import { expect, test } from "vitest";
import type { EdgeOrderRow } from "./edge-orders.ts";
import { circuitTable, orderTable } from "./edge-tables.ts";

const point = (fraction: number, edges: number, faithfulness: number, heldOut: number) => {
  return { fraction, edges, faithfulness, holds: false, heldOut };
};
const order: EdgeOrderRow = {
  method: "attribution",
  by: "AutoCircuit",
  seconds: 1.234,
  curve: [point(0.1, 12, 0.4, 0.3), point(0.2, 31, 1.2, 1.1), point(0.5, 80, 0.95, 0.91), point(1, 160, 1, 1)],
  cpr: 0.97,
  cmd: 0.03,
  difference: 2.3e-7,
};

test("An order's size is the fewest edges with f from 0.9 to 1.1, so that overshooting does not count.", () => {
  const never = { ...order, by: "secateur", curve: [point(0.1, 12, 0.4, 0.3)], difference: undefined } as const;
  expect(orderTable(1519, [order, never])).toEqual({
    head: [
      "orders of 1,519 edges",
      "by",
      "seconds",
      "edges at f 0.9 to 1.1",
      "f held out",
      "CPR",
      "CMD",
      "largest difference from ours",
    ],
    rows: [
      ["attribution", "AutoCircuit", "1.23", "80", "0.910", "0.970", "0.030", "2.3e-7"],
      ["attribution", "secateur", "1.23", "never", "", "0.970", "0.030", ""],
    ],
  });
});

test("A circuit found edge by edge has its own table, with what EAP-IG's evaluation gives for it.", () => {
  const row = {
    method: "ACDC, tau 0.1",
    by: "AutoCircuit",
    seconds: 30.26,
    edges: 25,
    faithfulness: 0.4,
    heldOut: 0.39,
  } as const;
  expect(circuitTable([row, { ...row, byEapIg: 0.40002 }])).toEqual({
    head: [
      "circuits of edges, tried one by one",
      "by",
      "seconds",
      "edges",
      "f",
      "f held out",
      "f by EAP-IG's evaluation",
    ],
    rows: [
      ["ACDC, tau 0.1", "AutoCircuit", "30.3", "25", "0.400", "0.390", ""],
      ["ACDC, tau 0.1", "AutoCircuit", "30.3", "25", "0.400", "0.390", "0.400, 2e-5 off"],
    ],
  });
});
