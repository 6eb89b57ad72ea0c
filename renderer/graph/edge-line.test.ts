import { expect, test } from "vitest";
import { arrowHead, edgeLine } from "./edge-line.ts";

const below = { x: 0, y: 100, width: 80, height: 40 };
const above = { x: 0, y: 0, width: 80, height: 40 };

test("one line goes straight from border to border", () => {
  const line = edgeLine(below, above, 0, 1);
  expect([line.from, line.to]).toEqual([
    { x: 0, y: 80 },
    { x: 0, y: 20 },
  ]);
  expect(line.control.x).toBeCloseTo(0);
});

test("several lines between two boxes keep apart, evenly to both sides", () => {
  const middles = [0, 1, 2].map((place) => edgeLine(below, above, place, 3).control.x);
  expect(middles).toEqual([-44, 0, 44].map((x) => expect.closeTo(x)));
});

test("an arrow head points at where its line ends", () => {
  const [tip, left, right] = arrowHead(edgeLine(below, above, 0, 1), 10);
  expect(tip).toEqual({ x: 0, y: 20 });
  expect([left.x + right.x, left.y, right.y]).toEqual([
    expect.closeTo(0),
    expect.closeTo(29.13, 2),
    expect.closeTo(29.13, 2),
  ]);
});
