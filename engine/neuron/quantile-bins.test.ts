import { expect, test } from "vitest";
import { groupOf, QuantileBins } from "./quantile-bins.ts";

const [off, on] = [groupOf(false, false), groupOf(false, true)];

test("an AUROC is exact where each value has a bin of its own, and within its bound where values share one", () => {
  // Two neurons, "place neuron": the first tells events from other places, the second has them in turn.
  const hidden = Float32Array.from([1, 1, 2, 3, 3, 2, 4, 4]);
  const groups = Uint8Array.from([off, off, on, on]);
  const fine = new QuantileBins(hidden, 2, 4, 0);
  fine.add(hidden, groups, [[], [], [], []]);
  expect([fine.auroc(0, false), fine.auroc(1, false)]).toEqual([
    { auroc: 1, bound: 0 },
    { auroc: 0.75, bound: 0 },
  ]);
  const coarse = new QuantileBins(hidden, 2, 2, 0);
  coarse.add(hidden, groups, [[], [], [], []]);
  expect([coarse.auroc(0, false), coarse.auroc(1, false)]).toEqual([
    { auroc: 1, bound: 0 },
    // 0.75 with every value told apart.
    { auroc: 0.5, bound: 0.25 },
  ]);
});

test("equal values share a bin, and count half", () => {
  const hidden = Float32Array.from([0, 0, 0, 1, 0, 1, 0, 1]);
  const bins = new QuantileBins(hidden, 1, 4, 0);
  bins.add(hidden, Uint8Array.from([off, off, off, off, on, on, on, on]), Array(8).fill([]));
  // 16 pairs: 2 above with 3 zeros each, 2 · 1 + 2 · 3 ties.
  expect(bins.auroc(0, false).auroc).toBe((6 + 8 / 2) / 16);
});

test("a shuffle whose events are the own ones has the own AUROC", () => {
  const hidden = Float32Array.from([1, 2, 3, 4]);
  const bins = new QuantileBins(hidden, 1, 4, 1);
  bins.add(hidden, Uint8Array.from([off, on, off, on]), [[], [0], [], [0]]);
  expect(bins.shuffledDifference(0, 0, 2)).toBeCloseTo(bins.auroc(0, false).auroc - 0.5, 12);
});

test("held-out places are counted by themselves", () => {
  const hidden = Float32Array.from([1, 2, 3, 4]);
  const bins = new QuantileBins(hidden, 1, 4, 0);
  bins.add(hidden, Uint8Array.from([off, on, groupOf(true, true), groupOf(true, false)]), [[], [], [], []]);
  expect([bins.auroc(0, false).auroc, bins.auroc(0, true).auroc]).toEqual([1, 0]);
});
