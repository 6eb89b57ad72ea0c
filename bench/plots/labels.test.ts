import { expect, test } from "vitest";
import { labelHeights } from "./labels.ts";

test("Labels that would lie on each other move down, in the order of their points; others stay.", () => {
  const labels = [
    { x: 100, y: 52, width: 90 },
    { x: 100, y: 50, width: 90 },
    { x: 110, y: 60, width: 90 },
    { x: 100, y: 200, width: 90 },
    { x: 400, y: 51, width: 90 },
  ];
  expect(labelHeights(labels)).toEqual([65, 50, 80, 200, 51]);
});
