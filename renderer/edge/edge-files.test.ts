import { expect, test } from "vitest";
import { edgesOfEapIg, parseEapIg } from "../../engine/circuit/exports/eap-ig.ts";
import type { EdgeCurve } from "../../engine/contract/edges.ts";
import { drawableCircuit, type EdgeCircuits } from "./edge-circuit.ts";
import { edgeCircuitCsv, edgeCurvesCsv } from "./edge-csv.ts";
import { edgeGraphText } from "./edge-graph.ts";

const CURVE: EdgeCurve = {
  method: "information-flow",
  scores: Float64Array.of(-0.5, 0.25, -1, 0, -2, 0, -4, 0),
  points: [
    { fraction: 0.5, edges: 2, faithfulness: 0.75, heldOut: 0.5, holds: false },
    { fraction: 1, edges: 8, faithfulness: 1, heldOut: undefined, holds: true },
  ],
  areas: { cpr: 0, cmd: 0, logCpr: 0, logCmd: 0 },
  smallest: [1, 6],
  pruned: undefined,
  seconds: 1,
};
const CIRCUITS: EdgeCircuits = {
  model: { nLayers: 1, nHeads: 1, parallelBlocks: false, dModel: 4 },
  examples: { discovery: 1, heldOut: 0 },
  found: [CURVE],
  notes: [],
};

test("the curve is a table with a line for each size, unmeasured cells empty", () => {
  expect(edgeCurvesCsv(CIRCUITS)).toBe(
    "method,share,connected,faithfulness,heldOut,criterionHolds\r\n" +
      "information-flow,0.5,2,0.75,0.5,false\r\n" +
      "information-flow,1,8,1,,true\r\n",
  );
});

test("a circuit is a table of its edges with their scores", () => {
  expect(edgeCircuitCsv(drawableCircuit(CIRCUITS, CURVE)!.edges)).toBe(
    "source,target,input,score\r\ninput,a0.h0,k,0.25\r\na0.h0,logits,,-4\r\n",
  );
});

test.each(["helpful-positive", "helpful-negative"] as const)(
  "the graph file is read back with every score and the circuit, in the convention %s",
  (sign) => {
    const { scores, kept } = edgesOfEapIg(parseEapIg(edgeGraphText(CIRCUITS, CURVE, sign), "x.json", sign));
    expect(scores.map(({ score }) => score + 0)).toEqual([...CURVE.scores]);
    expect([...kept]).toEqual(["input->a0.h0<k>", "a0.h0->logits"]);
  },
);
