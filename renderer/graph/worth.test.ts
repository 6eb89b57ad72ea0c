import { expect, test } from "vitest";
import { largestEffect, worthInterval, worthOf } from "./worth.ts";

test("what lowers the metric when it is gone helps by as much, what raises it works against the task", () => {
  expect(worthOf(-11.5)).toEqual({ helps: true, size: 11.5 });
  expect(worthOf(0.25)).toEqual({ helps: false, size: 0.25 });
  expect(worthOf(0)).toEqual({ helps: true, size: 0 });
});

test("an interval is turned with its effect, lower end first", () => {
  expect(worthInterval([-13.9, -8.4])).toEqual([8.4, 13.9]);
  expect(worthInterval([-1, 0.5])).toEqual([-0.5, 1]);
});

test("bars are as long as their share of the largest effect of either kind", () => {
  expect(largestEffect([-2, undefined, 3])).toBe(3);
  expect(largestEffect([])).toBe(0);
});
