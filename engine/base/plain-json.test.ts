import { expect, test } from "vitest";
import { plainJson, readPlainJson } from "./plain-json.ts";

test("typed arrays, odd numbers and keys that look like ours come back as they were, to the bit", () => {
  const data = {
    rows: new Float32Array([1.5, NaN, -0, Infinity]),
    ids: [1, undefined, -0, NaN, -Infinity, null, "", false],
    nested: { $number: "no number", $$: { $array: [1] }, "": 0 },
    bytes: new Uint8Array([0, 255]).subarray(1),
    wide: new BigInt64Array([-1n]),
    empty: new Float64Array(0),
  };
  expect(readPlainJson(plainJson(data), "x")).toStrictEqual({ ...data, bytes: new Uint8Array([255]) });
});

test("what is no plain data is refused when it is written, not when it is read", () => {
  for (const value of [() => 1, { map: new Map() }, [new Date(0)], Symbol("s"), 1n]) {
    expect(() => plainJson(value)).toThrow(/^internal: .* is no plain data$/);
  }
});

test.each([
  "",
  "{",
  '{"$array":"Function","base64":""}',
  '{"$number":"toString"}',
  '{"$array":"Float32Array","base64":"AA=="}',
])("%j is damaged, and the file is named", (text) => {
  expect(() => readPlainJson(text, "a.json")).toThrow("a.json: its text is damaged.");
});
