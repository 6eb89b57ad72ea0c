import { say } from "./sentence.ts";
import { expect, test } from "vitest";
import { fewSentence } from "./interval.ts";

test("fewer than five values have no interval, fewer than twenty one to be careful with", () => {
  expect([4, 5, 19, 20].map((n) => fewSentence(n, say`examples`)?.text)).toEqual([
    "no interval: it takes at least 5 examples; here: 4.",
    "the interval is of only 5 examples; below 20 it is often too narrow.",
    "the interval is of only 19 examples; below 20 it is often too narrow.",
    undefined,
  ]);
});
