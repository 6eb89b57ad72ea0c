import { expect, test } from "vitest";
import type { StabilityRow } from "../../engine/circuit/circuit-schema.ts";
import { lineThrough, stabilityPoints } from "./stability-points.ts";

const FRAME = { width: 140, height: 130, margin: { left: 20, bottom: 10, rest: 10 } };
const row = (discovery: number, holds: number, jaccard?: StabilityRow["jaccard"]): StabilityRow => ({
  discovery,
  kept: [],
  heldOut: [],
  holds,
  units: [],
  ...(jaccard && { jaccard }),
});

test("each doubling of the examples takes the same step, shares go from below to above", () => {
  const interval = [0.25, 0.75] as const;
  const rows = [row(16, 0), row(32, 0.5, { mean: 0.5, least: 0.25, interval }), row(64, 1)];
  expect(stabilityPoints(rows, FRAME)).toEqual([
    { discovery: 16, x: 30, holds: 110, jaccard: undefined, interval: undefined },
    { discovery: 32, x: expect.closeTo(80, 9) as number, holds: 60, jaccard: 60, interval: [85, 35] },
    { discovery: 64, x: 130, holds: 10, jaccard: undefined, interval: undefined },
  ]);
});

test("a single number of examples stands in the middle", () => {
  expect(stabilityPoints([row(16, 1)], FRAME)[0].x).toBe(80);
});

test("a line leaves out what was not measured", () => {
  expect(
    lineThrough([
      { x: 1, y: 2 },
      { x: 2, y: undefined },
      { x: 3, y: 4.25 },
    ]),
  ).toBe("1.0,2.0 3.0,4.3");
});
