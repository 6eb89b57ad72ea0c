import { expect, test } from "vitest";
import { argMax, countAbove, isAmongTop, Largest, rankOf, topIds } from "./ranking.ts";

test("argMax() is the largest entry, the first of equal ones", () => {
  expect(argMax([1, 3, 2])).toBe(1);
  expect(argMax([2, 3, 3])).toBe(1);
  expect(argMax([-Infinity, -1])).toBe(1);
  expect(argMax([0, -0])).toBe(0);
});

test("topIds() gives the k largest, and among equal ones the smaller id first", () => {
  expect(topIds([1, 3, 2, 3], 3)).toEqual([1, 3, 2]);
  expect(topIds([1, 3], 5)).toEqual([1, 0]);
  expect(topIds([1, Infinity], 0)).toEqual([]);
  expect(topIds([0, 0, 0, 0], 2)).toEqual([0, 1]);
  expect(topIds([-Infinity, 1], 2)).toEqual([1, 0]);
});

test("slices of the vocabulary give the largest of the whole", () => {
  const logits = Float32Array.from({ length: 50 }, (_, i) => (i * 37) % 50);
  const sliced = new Largest(7);
  for (let from = 0; from < 50; from += 8) sliced.add(logits.subarray(from, from + 8), from);
  expect(sliced.ids).toEqual(topIds(logits, 7));
  expect(sliced.values).toEqual([49, 48, 47, 46, 45, 44, 43]);
});

test("a tie pushes no token down its rank", () => {
  expect([0, 1, 2, 3].map((token) => rankOf([5, 7, 7, 1], token))).toEqual([3, 1, 1, 4]);
  expect(countAbove([5, 7, 7, 1], 5)).toBe(2);
  expect(countAbove([5, 7, 7, 1], 5, 2, 4)).toBe(1);
});

test("a tie counts against being among the first, so that equal logits put nothing there", () => {
  expect(isAmongTop([5, 7, 7, 1], 1, 2)).toBe(true);
  expect(isAmongTop([5, 7, 7, 1], 1, 1)).toBe(false);
  expect(isAmongTop([0, 0, 0, 0, 0, 0], 3, 5)).toBe(false);
});
