import { expect, test } from "vitest";
import { duplicateKeys, jsonValue, JsonSyntaxError, parseJsonTree } from "./json-tree.ts";

// Oracle: JSON.parse.
test.each([
  ' {"a": [1, -2.5e+3, 0, true, false, null, "b\\u00e9\\n\\"\\\\/"], "": {}, "c": [[], [{}]]}\n',
  "[]",
  '"a"',
  "-0.0",
  "1e400",
  '{"a": 1, "__proto__": 2, "toString": 3}',
  '"\ud83d\ude42 \u2028"',
])("reads %s as JSON.parse does", (text) => {
  expect(jsonValue(parseJsonTree(text))).toEqual(JSON.parse(text));
});

// Oracle: JSON.parse refuses them too.
test.each([
  "",
  " ",
  "{",
  "[1,]",
  '{"a":1,}',
  "01",
  "+1",
  ".5",
  "1.",
  "nul",
  "'a'",
  '"a',
  '"\\x"',
  '"\t"',
  "[1 2]",
  '{"a" 1}',
  "{a: 1}",
  "1 2",
  "NaN",
  "[,]",
  "\u00a01",
])("refuses %s", (text) => {
  expect(() => JSON.parse(text) as unknown).toThrow(SyntaxError);
  expect(() => parseJsonTree(text)).toThrow(JsonSyntaxError);
});

test("knows where keys and values stand, and which keys stand twice", () => {
  const tree = parseJsonTree('{"a": 1,\n "b": [{"a": 2, "a": 3}], "a": 4}');
  expect(
    tree.kind === "object" && tree.members.map(({ key, keyStart, value }) => [key, keyStart, value.start]),
  ).toEqual([
    ["a", 1, 6],
    ["b", 10, 15],
    ["a", 35, 40],
  ]);
  expect(duplicateKeys(tree).map(({ key, keyStart }) => [key, keyStart])).toEqual([
    ["a", 35],
    ["a", 25],
  ]);
});

test("goes 64 deep and no deeper", () => {
  expect(() => parseJsonTree("[".repeat(65) + "]".repeat(65))).not.toThrow();
  expect(() => parseJsonTree("[".repeat(66) + "]".repeat(66))).toThrow("is nested more than 64 deep");
});
