import { expect, test } from "vitest";
import { say, sayList } from "../../engine/base/sentence.ts";
import { readSpoken } from "./spoken.ts";

test("a sentence comes over the wire as it was said", () => {
  const said = say`${"a.yaml"} has ${2} problems: ${sayList([say`one`, "two"], ", ")}`;
  const arrived: unknown = structuredClone(said);
  expect(readSpoken(arrived)).toEqual(said);
});

test("what is no sentence, or larger than sentences are, is none", () => {
  const deep = (depth: number): object => ({ text: "", template: "", values: depth === 0 ? [] : [deep(depth - 1)] });
  const plain = { text: "a", template: "a", values: [] };
  for (const wrong of [
    undefined,
    "a",
    { text: "a" },
    { ...plain, values: [1] },
    { ...plain, values: "a" },
    { ...plain, isList: false },
    { ...plain, text: "a".repeat(200_001) },
    { ...plain, values: Array.from({ length: 20_001 }, () => "a") },
    deep(20),
  ])
    expect(readSpoken(wrong)).toBeUndefined();
  expect(readSpoken(plain)).toEqual(plain);
});
