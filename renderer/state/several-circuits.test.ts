import { expect, test } from "vitest";
import { ofSearchesAgain } from "./several-circuits.ts";

const row = {
  discovery: 4,
  kept: [2, 1],
  heldOut: [0.97, 0.91],
  holds: 1,
  units: [
    { id: "a0.h1", share: 1 },
    { id: "m1", share: 0.5 },
  ],
  circuits: [
    { heads: ["a0.h1"], mlps: ["m1"] },
    { heads: ["a0.h1"], mlps: [] },
  ],
  intersection: { kept: 1, faithfulness: 0.91, criterionHolds: true },
  union: { kept: 2, faithfulness: 0.97, criterionHolds: true },
};

test("searches made again are equals, each with its seed and its own held-out f; the core is in all", () => {
  const several = ofSearchesAgain(row, [7, 8])!;
  expect(several.circuits.map(({ found, seed, ids, faithfulness }) => [found, seed, [...ids], faithfulness])).toEqual([
    ["seed", 7, ["a0.h1", "m1"], 0.97],
    ["seed", 8, ["a0.h1"], 0.91],
  ]);
  expect([...several.core]).toEqual(["a0.h1"]);
});

test("a file of before, which has not what each search kept, has no cards", () => {
  const { circuits, intersection, union, ...before } = row;
  expect([circuits, intersection, union].every(Boolean)).toBe(true);
  expect(ofSearchesAgain(before, [7, 8])).toBeUndefined();
});
