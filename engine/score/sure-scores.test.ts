import { expect, test } from "vitest";
import { sureMean } from "./sure-scores.ts";

test("a score whose interval over examples holds 0 counts a thousandth, others stay as they are", () => {
  expect(sureMean(Float64Array.of(1, 1.5, 2, 1, 1.5, 2), 1)).toBe(1.5);
  expect(sureMean(Float64Array.of(-1, -1.5, -2, -1, -1.5, -2), 1)).toBe(-1.5);
  expect(sureMean(Float64Array.of(3, -2, 2, -3, 1, -0.4), 1)).toBeCloseTo(0.0001, 12);
});
