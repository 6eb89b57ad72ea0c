import { expect, test } from "vitest";
import { labelHeights } from "./labels.ts";

test("Labels that would lie on each other move down, in the order of their points; others stay.", () => {
  const points = [
    { x: 100, y: 52 },
    { x: 100, y: 50 },
    { x: 110, y: 60 },
    { x: 100, y: 200 },
    { x: 400, y: 51 },
  ];
  expect(labelHeights(points)).toEqual([65, 50, 80, 200, 51]);
});
