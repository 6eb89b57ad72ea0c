import { say } from "./sentence.ts";
import { expect, test } from "vitest";
import { fewSentence } from "./interval.ts";

test("fewer than five values have no interval, fewer than twenty one to be careful with", () => {
  expect([4, 5, 19, 20].map((n) => fewSentence(n, say`examples`)?.text)).toEqual([
    "No interval: it takes at least 5 examples; here: 4.",
    "The interval is of only 5 examples; below 20 it is often too narrow.",
    "The interval is of only 19 examples; below 20 it is often too narrow.",
    undefined,
  ]);
});
