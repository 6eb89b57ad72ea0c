import { expect, test } from "vitest";
import { pairMap } from "./pair-map.ts";

test("later layers stand above earlier ones, pairs that are none are empty, and colour is the share mended", () => {
  const pairs = [
    [1, 0],
    [2, 0],
    [2, 1],
  ] as const;
  const map = pairMap({ pairs }, { mended: [0, 2, 1], wrong: 4 });
  expect([map.rows, map.columns]).toEqual([
    ["2", "1"],
    ["0", "1"],
  ]);
  expect(map.cells.map((row) => row.map((cell) => cell && [cell.text, cell.value]))).toEqual([
    [
      ["2", 0.5],
      ["1", 0.25],
    ],
    [["", 0], undefined],
  ]);
});
