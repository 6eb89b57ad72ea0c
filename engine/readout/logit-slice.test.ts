import { expect, test } from "vitest";
import { LogitSlice, windowsOf } from "./logit-slice.ts";
import { countAbove, Largest } from "./ranking.ts";

test("windows are of one size, of 64 tokens at most", () => {
  expect([8192, 808, 1105, 64, 5, 67].map(windowsOf)).toEqual([128, 101, 65, 1, 1, 67]);
});

test("a slice gives what its logits in a row give: the largest, one logit, how many are above, equal ones among them", () => {
  const [from, width] = [300, 192];
  const rows = [0, 1].map((row) => Float32Array.from({ length: width }, (_, i) => (i * 37 + row) % 50));
  const maxima = rows.flatMap((row) => [0, 64, 128].map((start) => Math.max(...row.subarray(start, start + 64))));
  const logits = Float32Array.from(rows.flatMap((row) => [...row]));
  const slice = new LogitSlice(from, from + width, logits, Float32Array.from(maxima));
  rows.forEach((row, r) => {
    const [found, expected] = [new Largest(7), new Largest(7)];
    slice.addTo(found, r);
    expected.add(row, from);
    expect([found.ids, found.values]).toEqual([expected.ids, expected.values]);
    const limits = [-1, 0, 25, 48, 49, 50];
    expect(limits.map((limit) => slice.countAbove(r, limit))).toEqual(limits.map((limit) => countAbove(row, limit)));
    const ids = [299, 300, 491, 492];
    expect(ids.map((id) => slice.logitOf(r, id))).toEqual([undefined, row[0], row[191], undefined]);
  });
});

test("windows in which nothing is large enough are not looked at", () => {
  const logits = Float32Array.from({ length: 128 }, (_, i) => (i < 64 ? 2 : NaN));
  const slice = new LogitSlice(0, 128, logits, Float32Array.of(2, 1));
  const largest = new Largest(2);
  slice.addTo(largest, 0);
  expect(largest.values).toEqual([2, 2]);
  expect(slice.countAbove(0, 1)).toBe(64);
});
