// Draws 1 … 20: mean 10.5, variance (n² − 1)/12 · n/(n − 1) = 35, quantiles at 0.05 · 19 = 0.95 steps above 1, and so on.
import { expect, test } from "vitest";
import { besideNull } from "./null-figure.ts";

const draws = Array.from({ length: 20 }, (_, i) => ((7 * i) % 20) + 1);

test("a figure above all draws has rank 1, with the draws' mean, spread and quantiles beside it", () => {
  const figure = besideNull(24, [22, 26], draws);
  expect(figure).toEqual({
    value: 24,
    interval: [22, 26],
    null: {
      draws,
      mean: 10.5,
      sd: expect.closeTo(Math.sqrt(35), 12) as number,
      quantiles: {
        "0.05": expect.closeTo(1.95, 12) as number,
        "0.5": 10.5,
        "0.95": expect.closeTo(19.05, 12) as number,
      },
    },
    rank: 1,
    rankApart: 1,
    z: expect.closeTo(13.5 / Math.sqrt(35), 12) as number,
  });
});

test.each([
  ["below all of them is last, and as far apart as none", -3, 21, 1],
  ["equal to one of them stands behind it", 20, 2, 3],
  ["in their middle is nothing", 10.5, 11, 21],
])("a figure %s", (_, value, rank, rankApart) => {
  expect(besideNull(value, undefined, draws)).toMatchObject({ rank, rankApart, interval: undefined });
});

test("draws that are all the same give no z, and fewer than 20 are no null", () => {
  expect(besideNull(1, undefined, Array<number>(20).fill(0)).z).toBeUndefined();
  expect(() => besideNull(1, undefined, draws.slice(1))).toThrow("a null of 19 draws; 20 are needed");
});
