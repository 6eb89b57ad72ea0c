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
