import { expect, test } from "vitest";
import { FoundLogits, LogitSlice } from "./logit-slice.ts";
import { countAbove, Largest } from "./ranking.ts";

test("the largest of the windows found are in order, of equal ones the first token first, whichever window came first", () => {
  // Windows of two tokens of a slice from token 100 on: 3, 1 and 0 of row 0, then 2, 0 and 1 of row 1.
  const places = BigInt64Array.from([3, 1, 0, 2, 0, 1], BigInt);
  const logits = Float32Array.from([9, 4, 8, 4, 4, 7, 5, 5, 5, 3, 2, 5]);
  const found = new FoundLogits(100, places, logits, 2);
  const largest = [0, 1].map((row) => {
    const four = new Largest(4);
    found.addTo(four, row);
    return four.ids.map((id, i) => [id, four.values[i]]);
  });
  expect(largest).toEqual([
    [
      [106, 9],
      [102, 8],
      [101, 7],
      [100, 4],
    ],
    [
      [100, 5],
      [103, 5],
      [104, 5],
      [105, 5],
    ],
  ]);
});

test("a slice gives one logit, and how many of a row are above it, equal ones among them", () => {
  const [from, width] = [300, 192];
  const rows = [0, 1].map((row) => Float32Array.from({ length: width }, (_, i) => (i * 37 + row) % 50));
  const maxima = rows.flatMap((row) => [0, 64, 128].map((start) => Math.max(...row.subarray(start, start + 64))));
  const logits = Float32Array.from(rows.flatMap((row) => [...row]));
  const slice = new LogitSlice(from, from + width, logits, Float32Array.from(maxima));
  rows.forEach((row, r) => {
    const limits = [-1, 0, 25, 48, 49, 50];
    expect(limits.map((limit) => slice.countAbove(r, limit))).toEqual(limits.map((limit) => countAbove(row, limit)));
    const ids = [299, 300, 491, 492];
    expect(ids.map((id) => slice.logitOf(r, id))).toEqual([undefined, row[0], row[191], undefined]);
  });
});

test("a window whose largest logit is not above the limit is passed over", () => {
  const slice = new LogitSlice(0, 4, Float32Array.of(2, 2, 8, 8), Float32Array.of(2, 1));
  expect(slice.countAbove(0, 1)).toBe(2);
});
