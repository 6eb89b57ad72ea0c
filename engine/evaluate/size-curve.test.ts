import { expect, test } from "vitest";
import { areasUnder, FRACTIONS } from "./size-curve.ts";

const curve = (f: (fraction: number) => number) =>
  areasUnder(FRACTIONS.map((fraction) => ({ fraction, faithfulness: f(fraction) })));

test("an order that is faithful at every size has CPR 0.999 and CMD 0, as in MIB", () => {
  const { cpr, cmd, logCpr, logCmd } = curve(() => 1);
  expect([cpr, cmd, logCpr, logCmd]).toEqual([expect.closeTo(0.999), 0, expect.closeTo(1), 0]);
});

test("f = p: CPR is half of 1 − 0.001², CMD what is left", () => {
  const { cpr, cmd } = curve((p) => p);
  expect(cpr).toBeCloseTo((1 - 0.001 ** 2) / 2, 10);
  expect(cmd).toBeCloseTo(0.999 - (1 - 0.001 ** 2) / 2, 10);
});

test("overshooting raises CPR and CMD alike, and not the area under min(f, 1)", () => {
  const { cpr, cmd, cappedCpr, logCappedCpr } = curve(() => 1.5);
  expect([cpr, cmd]).toEqual([expect.closeTo(1.4985), expect.closeTo(0.4995)]);
  expect([cappedCpr, logCappedCpr]).toEqual([expect.closeTo(0.999), expect.closeTo(1)]);
});
