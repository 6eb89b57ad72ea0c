import { expect, test } from "vitest";
import { sizesUpTo } from "./curves-task.ts";

test("few units are measured at every size, many at sizes evenly apart on a logarithmic scale", () => {
  expect(sizesUpTo(4)).toEqual([0, 1, 2, 3, 4]);
  const sizes = sizesUpTo(300);
  expect(sizes.slice(0, 6)).toEqual([0, 1, 2, 3, 4, 5]);
  expect(sizes.at(-1)).toBe(300);
  expect(sizes.length).toBeLessThanOrEqual(33);
  expect(sizes).toEqual([...new Set(sizes)].sort((a, b) => a - b));
});
