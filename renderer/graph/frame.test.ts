import { expect, test } from "vitest";
import { marked } from "./frame.ts";

test("marks of one axis have as many decimals as the one that needs most, whatever binary fractions add", () => {
  const number = (value: number, digits?: number) => value.toFixed(digits);
  const axis = (ticks: readonly number[]) => ticks.map(marked(ticks, number));
  expect(axis([0, 0.2, 0.4, 0.1 + 0.2 + 0.3, 1])).toEqual(["0.0", "0.2", "0.4", "0.6", "1.0"]);
  expect(axis([0, 5, 10])).toEqual(["0", "5", "10"]);
  expect(axis([0.9, 0.95, 1])).toEqual(["0.90", "0.95", "1.00"]);
  expect(axis([])).toEqual([]);
});
