import { expect, test } from "vitest";
import type { PatchscopeResult } from "../../engine/choices/patchscope.ts";
import { patchMap } from "./patch-map.ts";

const cell = (from: number, into: number, top: string, rank: number) => ({
  from,
  into,
  top,
  probability: 0.5,
  ranks: [9, rank],
  moved: 1,
  nullShare: 0.1,
});
const result = {
  cells: [cell(0, 0, " a", 1), cell(0, 2, "b", 2), cell(1, 0, "c", 4), cell(1, 2, "\n", 10)],
} as unknown as PatchscopeResult;

test("the last source layer is on top, columns are target layers, and the measure colours the cells", () => {
  const map = patchMap(result, "rank", 1);
  expect([map.rows, map.columns]).toEqual([
    ["1", "0"],
    ["0", "2"],
  ]);
  expect(map.cells.map((row) => row.map(({ text, value }) => [text, value]))).toEqual([
    [
      ["c", 0.25],
      ["⏎", 0.1],
    ],
    [
      ["␣a", 1],
      ["b", 0.5],
    ],
  ]);
  const valuesOf = (measure: "probability" | "null") =>
    patchMap(result, measure, 0)
      .cells.flat()
      .map(({ value }) => value);
  expect([valuesOf("probability"), valuesOf("null")]).toEqual([Array(4).fill(0.5), Array(4).fill(0.1)]);
});
