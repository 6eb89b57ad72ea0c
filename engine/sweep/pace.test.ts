// The time that a sweep still takes.
import { expect, test } from "vitest";
import { Pace } from "./pace.ts";

test("the time left is that of the last thirty jobs for each that is missing, and unknown before the first", () => {
  const pace = new Pace(0);
  expect(pace.secondsFor(5)).toBeUndefined();
  pace.note(4_000);
  expect(pace.secondsFor(5)).toBe(20);
  for (let i = 1; i <= 30; i++) pace.note(4_000 + 1_000 * i);
  expect(pace.secondsFor(5)).toBe(5);
});
