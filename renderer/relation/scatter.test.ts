import { expect, test } from "vitest";
import { nameStep, placed } from "./scatter.ts";

const frame = { left: 40, top: 10, side: 200 };

test("a point stands where its shares say, its name on the same line", () => {
  expect(placed([{ name: "a", x: 0.5, y: 0.25 }], frame)).toEqual([
    { name: "a", x: 0.5, y: 0.25, cx: 140, cy: 160, nameY: 160 },
  ]);
});

test("names of points that lie on each other are a step apart, from high to low", () => {
  const points = ["c", "a", "b"].map((name) => ({ name, x: 1, y: 1 }));
  expect(placed(points, frame).map(({ name, nameY }) => [name, nameY])).toEqual([
    ["a", 10],
    ["b", 10 + nameStep],
    ["c", 10 + 2 * nameStep],
  ]);
});
