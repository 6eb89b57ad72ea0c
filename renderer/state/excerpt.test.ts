import { expect, test } from "vitest";
import { excerptAt } from "./excerpt.ts";

test("the caret stands under the column", () => {
  expect(excerptAt("a: 1\nlists: 2\n", { file: "t", line: 2, column: 8 })).toEqual({ line: "lists: 2", before: 7 });
});

test("of a long line the part around the column is shown", () => {
  const { line, before } = excerptAt(`${"x".repeat(200)}!${"y".repeat(200)}`, { file: "t", line: 1, column: 201 })!;
  expect(line[before]).toBe("!");
  expect([line.length, line[0], line.at(-1)]).toEqual([82, "…", "…"]);
});

test("without a line, or beyond the file's end, there is nothing to show", () => {
  expect(excerptAt("a", { file: "t" })).toBeUndefined();
  expect(excerptAt("a", { file: "t", line: 9 })).toBeUndefined();
  expect(excerptAt(undefined, { file: "t", line: 1 })).toBeUndefined();
});
