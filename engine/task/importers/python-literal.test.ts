import { expect, test } from "vitest";
import { parsePythonLiteral } from "./python-literal.ts";

// Expected: what Python's ast.literal_eval gives.
test.each([
  ["42", 42],
  [" -1 ", -1],
  ["2.5", 2.5],
  ["[262, 11]", [262, 11]],
  ["(1, 2)", [1, 2]],
  ["[]", []],
  ["[1]", [1]],
  ["[' a', \" b's\"]", [" a", " b's"]],
  ["['it\\'s', 'a\\nb']", ["it's", "a\nb"]],
  ["['a, b', 'c]']", ["a, b", "c]"]],
  ["'text'", "text"],
])("reads %s", (text, value) => {
  expect(parsePythonLiteral(text)).toEqual(value);
});

test.each(["", "text", "[1, x]", "[1, 2", "[[1]]", "None", "'a", "[1; 2]", "{1: 2}", "__import__('os')"])(
  "does not read %s",
  (text) => {
    expect(parsePythonLiteral(text)).toBeUndefined();
  },
);
