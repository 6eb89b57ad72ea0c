import { expect, test } from "vitest";
import { isHeldOutFilling, isHeldOutPrompt } from "./split.ts";

const words = Array.from({ length: 1000 }, (_, i) => `word${i}`);

test("one in ten sets of fillers is held out, in whatever order they stand", () => {
  const heldOut = words.filter((word, i) => isHeldOutFilling([word, `other${i}`]));
  expect(heldOut.length).toBeGreaterThan(70);
  expect(heldOut.length).toBeLessThan(130);
  for (const [i, word] of words.entries()) {
    expect(isHeldOutFilling([`other${i}`, word])).toBe(isHeldOutFilling([word, `other${i}`]));
  }
});

test("half of all prompts are held out", () => {
  const heldOut = words.filter(isHeldOutPrompt);
  expect(heldOut.length).toBeGreaterThan(440);
  expect(heldOut.length).toBeLessThan(560);
});

test("it stays so: the pairs that the embedded model never saw", () => {
  const names = ["Mary", "John", "Anna", "Paul", "Tom", "Rose"];
  const pairs = names.flatMap((a, i) => names.slice(i + 1).map((b) => [a, b]));
  expect(pairs.filter((pair) => isHeldOutFilling(pair))).toEqual([["Anna", "Paul"]]);
});
