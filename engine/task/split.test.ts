import { expect, test } from "vitest";
import { splitOfFilling, splitOfPrompt } from "./split.ts";

const words = Array.from({ length: 1000 }, (_, i) => `word${i}`);

const counted = (splits: readonly string[]) =>
  Object.fromEntries(
    ["discovery", "validation", "heldOut"].map((name) => [name, splits.filter((split) => split === name).length]),
  );

test("of ten sets of fillers one is held out and two are for validation, in whatever order they stand", () => {
  expect(counted(words.map((word, i) => splitOfFilling([word, `other${i}`])))).toEqual({
    discovery: 700,
    validation: 195,
    heldOut: 105,
  });
  for (const [i, word] of words.entries()) {
    expect(splitOfFilling([`other${i}`, word])).toBe(splitOfFilling([word, `other${i}`]));
  }
});

test("of ten prompts five are held out and two are for validation", () => {
  expect(counted(words.map(splitOfPrompt))).toEqual({ discovery: 304, validation: 197, heldOut: 499 });
});

test("it stays so: the pairs that the embedded model never saw", () => {
  const names = ["Mary", "John", "Anna", "Paul", "Tom", "Rose"];
  const pairs = names.flatMap((a, i) => names.slice(i + 1).map((b) => [a, b]));
  expect(pairs.filter((pair) => splitOfFilling(pair) === "heldOut")).toEqual([["Anna", "Paul"]]);
});
