import { expect, test } from "vitest";
import { normalised } from "./normalise.ts";

const EDGES = [
  { source: "input", target: "a0.h0", input: "v", weight: 3 },
  { source: "input", target: "m0", weight: 4 },
  { source: "a0.h0", target: "logits", weight: -5 },
  { source: "m0", target: "logits", weight: 0 },
] as const;

test.each([
  ["none", [3, 4, -5, 0]],
  ["target", [1, 1, -1, 0]],
  ["layer", [0.6, 0.8, -1, 0]],
] as const)("weights by %s", (by, expected) => {
  expect(normalised(EDGES, by).map(({ weight }) => weight)).toEqual(expected);
});

test("connections of no weight stay so", () => {
  expect(normalised([EDGES[3]], "target").map(({ weight }) => weight)).toEqual([0]);
});
