// Wilson's interval of a share.
import { expect, test } from "vitest";
import { shareInterval } from "./share-interval.ts";

// Oracle: the formula in Python's floats; 0.4902 to 0.9433 for 8 of 10 stands in textbooks too. To 1e-12.
test.each([
  [8, 10, 0.49016247153664183, 0.9433178485456247],
  [10, 10, 0.7224672001371107, 1],
  [0, 10, 0, 0.2775327998628892],
])("%i of %i hold: from %d to %d", (held, n, low, high) => {
  const [from, to] = shareInterval(held, n)!;
  expect(Math.abs(from - low)).toBeLessThan(1e-12);
  expect(Math.abs(to - high)).toBeLessThan(1e-12);
});

test("of fewer than five there is none", () => {
  expect(shareInterval(4, 4)).toBeUndefined();
});
