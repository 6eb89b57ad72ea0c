import { expect, test } from "vitest";
import { didYouMean } from "./did-you-mean.ts";

test.each([
  ["tresholds", ["threshold", "seed"], "threshold"],
  ["nmae", ["kind", "name"], "name"],
  ["SEED", ["seed"], "seed"],
  ["S", ["S1", "IO"], "S1"],
  ["wronganswers", ["answers", "wrongAnswers"], "wrongAnswers"],
])("%s is near %s", (wrong, known, nearest) => {
  expect(String(didYouMean(wrong, known))).toBe(` Did you mean "${nearest}"?`);
});

test.each([
  ["C", ["A", "B"]],
  ["epochs", ["seed", "name"]],
  ["", ["a"]],
  ["a".repeat(51), ["a".repeat(51)]],
  ["x", []],
])("%s is near none of %s", (wrong, known) => {
  expect(String(didYouMean(wrong, known))).toBe("");
});
