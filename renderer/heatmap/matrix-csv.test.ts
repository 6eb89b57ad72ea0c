import { expect, test } from "vitest";
import { matrixCsv } from "./matrix-csv.ts";

test("names stand in the first line and the first column, tokens with commas and quotes in quotes", () => {
  const matrix = { rows: ["0", "1"], columns: ["S1", ' ","'], values: [0.5, -1, 2, 0] };
  expect(matrixCsv(matrix, "layer")).toBe('layer,S1," "","""\r\n0,0.5,-1\r\n1,2,0\r\n');
});
