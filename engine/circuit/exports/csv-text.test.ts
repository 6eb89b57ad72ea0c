import { expect, test } from "vitest";
import { csvText } from "./csv-text.ts";

const cell = (value: Parameters<typeof csvText>[0][number][number]) => csvText([[value]]).trimEnd();

test.each([
  ["=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"],
  ["+1+1", "'+1+1"],
  ["-2+3", "'-2+3"],
  ["@SUM(A1)", "'@SUM(A1)"],
  ["＝1", "'＝1"],
  [" =1", "' =1"],
  ["\t=1", '"\'\t=1"'],
  ['=HYPERLINK("http://x")', '"\'=HYPERLINK(""http://x"")"'],
] as const)("%j begins no formula", (value, written) => {
  expect(cell(value)).toBe(written);
});

test.each([
  [-0.5, "-0.5"],
  ["-0.5", "-0.5"],
  ["+1e-7", "+1e-7"],
  [undefined, ""],
  [true, "true"],
  ["a1.h0", "a1.h0"],
  ["name mover", "name mover"],
  ["a;b", '"a;b"'],
  ["日本", "日本"],
] as const)("%j is written as it is", (value, written) => {
  expect(cell(value)).toBe(written);
});
