import { expect, test } from "vitest";
import { axesOf, cellsOf } from "./grid.ts";

const points = (file: Parameters<typeof cellsOf>[0]) => cellsOf(file).map(({ at }) => Object.values(at).join(" "));

test("a grid has every combination of its axes, in the order of the file", () => {
  const file = {
    name: "s",
    verb: "prune",
    tasks: ["a", "b"],
    seeds: { from: 3, count: 2 },
    grid: { ablation: ["zero"] },
  };
  expect(points(file)).toEqual(["a 3 zero", "a 4 zero", "b 3 zero", "b 4 zero"]);
  expect(axesOf(file)).toEqual(["task", "seed"]);
});

test("excluded cells are left out, included ones stand beside the grid, overrides hold where they match", () => {
  const cells = cellsOf({
    name: "s",
    verb: "prune",
    tasks: ["a", "b"],
    models: ["sprig", "big"],
    settings: { units: ["head"], threshold: 0.9 },
    exclude: [{ task: "b", model: "big" }],
    include: [{ task: "c", model: "sprig", threshold: 0.5 }],
    overrides: [
      { where: { model: "big" }, settings: { threshold: 0.8 } },
      { where: { units: ["head"], task: "a" }, settings: { swaps: 1 } },
    ],
  });
  expect(cells.map(({ settings }) => settings)).toEqual([
    { task: "a", model: "sprig", units: ["head"], threshold: 0.9, swaps: 1 },
    { task: "a", model: "big", units: ["head"], threshold: 0.8, swaps: 1 },
    { task: "b", model: "sprig", units: ["head"], threshold: 0.9 },
    { task: "c", model: "sprig", units: ["head"], threshold: 0.5 },
  ]);
});
