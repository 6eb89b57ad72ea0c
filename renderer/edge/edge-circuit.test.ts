import { expect, test } from "vitest";
import { topologyOf } from "../../engine/circuit/topology.ts";
import type { EdgeCurve } from "../../engine/contract/edges.ts";
import { drawableCircuit, scoresByName, weighedBy, type EdgeCircuits } from "./edge-circuit.ts";

const model = { nLayers: 1, nHeads: 1, parallelBlocks: false, dModel: 4 };
const CURVE: EdgeCurve = {
  method: "attribution",
  scores: Float64Array.from(topologyOf(model).edges, (_, place) => -place / 2),
  points: [{ fraction: 0.5, edges: 2, faithfulness: 0.75, heldOut: 0.5, holds: true }],
  areas: { cpr: 0, cmd: 0, logCpr: 0, logCmd: 0 },
  smallest: [3, 4],
  pruned: undefined,
  seconds: 1,
};
const found: EdgeCircuits = { model, examples: { discovery: 1, heldOut: 0 }, found: [CURVE], notes: [] };

test("every edge of the model has the score of its place, and heads' inputs are told apart", () => {
  expect([...scoresByName(found, CURVE)]).toEqual([
    ["input->a0.h0<q>", -0],
    ["input->a0.h0<k>", -0.5],
    ["input->a0.h0<v>", -1],
    ["input->m0", -1.5],
    ["a0.h0->m0", -2],
    ["input->logits", -2.5],
    ["a0.h0->logits", -3],
    ["m0->logits", -3.5],
  ]);
});

test("connections are weighed by scores, and one that has none is left out", () => {
  const edges = [
    { source: "input", target: "a0.h0", input: "v", weight: 7 },
    { source: "input", target: "m5", weight: 7 },
  ] as const;
  expect(weighedBy(edges, scoresByName(found, CURVE))).toEqual([
    { source: "input", target: "a0.h0", input: "v", weight: -1 },
  ]);
});

test("the pruned circuit is drawn, else the smallest of the curve, else none", () => {
  const heldOut = { faithfulness: 0.9, interval: [0.8, 1] } as const;
  const pruned = { edges: [4], from: 2, trials: 3, faithfulness: 1, tested: 1, heldOut };
  const drawn = [{ ...CURVE, pruned }, CURVE, { ...CURVE, smallest: undefined }].map((curve) =>
    drawableCircuit(found, curve),
  );
  expect(drawn).toEqual([
    {
      method: "attribution",
      pruned: true,
      edges: [{ source: "a0.h0", target: "m0", weight: -2 }],
      faithfulness: 1,
      heldOut: 0.9,
      interval: [0.8, 1],
    },
    {
      method: "attribution",
      pruned: false,
      edges: [
        { source: "input", target: "m0", weight: -1.5 },
        { source: "a0.h0", target: "m0", weight: -2 },
      ],
      faithfulness: 0.75,
      heldOut: 0.5,
      interval: undefined,
    },
    undefined,
  ]);
});
