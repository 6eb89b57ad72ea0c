import { expect, test } from "vitest";
import { duplicateKey } from "./json-keys.ts";

test.each([
  ['{"a": 1, "b": 2, "a": 3}', "a"],
  ['{"a": 1, "\\u0061": 2}', "a"],
  ['{"a": {"b": 1, "b": 2}, "b": "a"}', undefined],
  ['{"a": [{"a": 1}], "b": "\\"a\\": 1", "c": "}"}', undefined],
  ['{"a\\"": 1, "a": 2, "a\\"": 3}', 'a"'],
  ["{}", undefined],
])("in %s the key that stands twice at the top is %j", (json, key) => {
  expect(duplicateKey(json)).toBe(key);
});

test("texts of millions of characters and values nested any number of times are passed over", () => {
  const long = `{"a": "${"\\\\x".repeat(3_000_000)}", "b": ${"[".repeat(20_000)}${"]".repeat(20_000)}, "a": 1}`;
  expect(duplicateKey(long)).toBe("a");
});
