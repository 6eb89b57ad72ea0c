import { parseDocument } from "yaml";
import { describe, expect, test } from "vitest";
import { exceedsDepth, structureProblems } from "./yaml-structure.ts";

describe("exceedsDepth()", () => {
  test.each([
    ["brackets", (depth: number) => "[".repeat(depth) + "]".repeat(depth)],
    ["dashes", (depth: number) => `${"- ".repeat(depth)}x`],
    ["braces", (depth: number) => "{a: ".repeat(depth) + "}".repeat(depth)],
    ["fields", (depth: number) => Array.from({ length: depth }, (_, i) => `${" ".repeat(i)}a:`).join("\n")],
  ])("counts %s inside one another", (_, nested) => {
    expect([exceedsDepth(nested(10), 10), exceedsDepth(nested(11), 10)]).toEqual([false, true]);
  });

  test("does not count what lies side by side", () => {
    expect(exceedsDepth("- [a, [b], [c], {d: e}]\n".repeat(50), 3)).toBe(false);
  });
});

test("structureProblems() finds repeated fields, names that are no texts and aliases without an anchor", () => {
  const text = "a: &x 1\nb: *x\nc: *y\na: 2\n? [d]\n: { 1: a, '1': b }\n";
  const document = parseDocument(text, { uniqueKeys: false });
  expect(
    structureProblems(document).map(({ sentence, offset }) => [text.slice(offset, offset + 3), sentence.text]),
  ).toEqual([
    ["a: ", 'field "a" stands here for the second time; keep one.'],
    ["[d]", "is no text, so it cannot be the name of a field; write name: value."],
    ["*y\n", "uses the alias *y, but there is no anchor &y before it; write the value out."],
    ["'1'", 'field "1" stands here for the second time; keep one.'],
  ]);
});
