import { expect, test } from "vitest";
import { strongestEdges, type WeighedEdge } from "./edge-choice.ts";

const edge = (target: string, weight: number, interval?: readonly [number, number]): WeighedEdge => ({
  source: "input",
  target,
  weight,
  ...(interval && { interval }),
});
const targets = (edges: readonly WeighedEdge[], share?: number) =>
  strongestEdges(edges, share).map(({ target }) => target);

test("the strongest edges are taken, whatever their sign, until they hold the share of all weight", () => {
  const edges = [edge("m0", 1), edge("m1", -6), edge("m2", 3), edge("m3", 0.5)];
  expect(targets(edges, 0.8)).toEqual(["m1", "m2"]);
  expect(targets(edges, 0.9)).toEqual(["m1", "m2", "m0"]);
  expect(targets(edges, 1)).toEqual(["m1", "m2", "m0", "m3"]);
});

test("an edge whose interval covers 0, and one of no weight, is not drawn", () => {
  expect(targets([edge("m0", -5, [-11, 1]), edge("m1", -1, [-2, -0.5]), edge("m2", 0)], 1)).toEqual(["m1"]);
});
