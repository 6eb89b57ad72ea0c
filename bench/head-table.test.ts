import { expect, test } from "vitest";
import type { Figures } from "../engine/evaluate/report.ts";
import { headTable, type HeadRow } from "./head-table.ts";

function figures(faithfulness: number, circuit: number): Figures {
  return {
    full: 1,
    empty: 0,
    circuit: 1,
    faithfulness,
    interval: [0, 1],
    kl: 0,
    klEmpty: 1,
    accuracy: { full: 0.5, circuit },
    criterionHolds: true,
    examples: 2,
    prompts: 2,
    spread: {},
  };
}

const judged = { discovery: figures(0.998, 0.5), heldOut: figures(0.9864, 0.45) };
const ours: HeadRow = {
  by: "secateur",
  method: "one order",
  seconds: 2,
  measurements: 69,
  circuit: { kept: ["a0.h1", "a1.h0"], judged },
};
const head = [
  "heads of a model",
  "seconds",
  "ratio",
  "measurements",
  "heads",
  "f",
  "f held out",
  "accuracy held out, of the model's",
];

test("A peer timed on a part is said to be scaled, has no circuit, and gives the ratios.", () => {
  const scaled: HeadRow = {
    by: "TransformerLens",
    method: "greedy",
    seconds: 13,
    scaledFrom: 8,
    measurements: 69,
    circuit: undefined,
  };
  expect(headTable("heads of a model", [ours, scaled])).toEqual({
    head,
    rows: [
      ["secateur, one order", "2.00", "6.5 x", "69", "2", "0.998", "0.986", "90 %"],
      ["TransformerLens, greedy (scaled from 8 measurements)", "13.0", "1.0 x", "69", "", "", "", ""],
    ],
  });
});

test("Without a peer there are no ratios.", () => {
  expect(headTable("heads of a model", [ours])).toEqual({
    head,
    rows: [["secateur, one order", "2.00", "", "69", "2", "0.998", "0.986", "90 %"]],
  });
});
