import { expect, test } from "vitest";
import { PALETTES } from "../look/palette.ts";
import { plottedColumns, severalPlot, severalRows } from "./several-plot.ts";

const words = {
  frequency: "share",
  caption: "circuits",
  core: (n: number) => `core (${n})`,
  rest: (n: number) => `${n} more`,
};
const units = [
  { id: "a0.h0", share: 1 },
  { id: "m1", share: 1 },
  { id: "a1.h2", share: 0.5 },
  { id: "a1.h3", share: 0.5 },
];
const circuits = [
  { name: "first", ids: new Set(["a0.h0", "m1", "a1.h2"]) },
  { name: "without a1.h2", ids: new Set(["a0.h0", "m1", "a1.h3"]) },
];
const plot = { circuits, units, words, percent: (share: number) => `${100 * share} %` };

test("where there is room every unit has a column, else the core is one and the rarest are left out", () => {
  const names = (room: number) => plottedColumns(plot, room).map(({ name }) => name);
  expect(names(4)).toEqual(["a0.h0", "m1", "a1.h2", "a1.h3"]);
  expect(names(3)).toEqual(["core (2)", "a1.h2", "a1.h3"]);
  expect(names(2)).toEqual(["core (2)", "a1.h2"]);
});

test("a mark is filled where the circuit has the unit, and what is left out is said", () => {
  const look = { palette: PALETTES.light, background: undefined, width: 120 };
  const svg = severalPlot(plot, look);
  const filled = svg.match(/<circle [^>]*fill="(?!none)/g) ?? [];
  expect([plottedColumns(plot, 3).length * 2, filled.length]).toEqual([6, 4]);
  expect(severalPlot(plot, { ...look, width: 100 })).toContain("1 more");
});

test("as a table: a row for each unit, a column for each circuit", () => {
  expect(severalRows(plot)).toEqual([
    ["unit", "share", "first", "without a1.h2"],
    ["a0.h0", 1, 1, 1],
    ["m1", 1, 1, 1],
    ["a1.h2", 0.5, 1, 0],
    ["a1.h3", 0.5, 0, 1],
  ]);
});
