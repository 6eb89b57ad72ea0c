import { expect, test } from "vitest";
import { PALETTES } from "../look/palette.ts";
import { barPlot } from "./bar-plot.ts";

const plot = {
  counts: [4, 0, 1],
  ends: [0, 3],
  xTitle: "activation",
  yTitle: "states & texts",
  number: String,
} as const;

test("a bar for each bin, with its ends and count in words, and every text escaped", () => {
  const svg = barPlot(plot, { palette: PALETTES.light, background: undefined, width: 240 });
  expect([...svg.matchAll(/<title>(.*?)<\/title>/g)].map(([, words]) => words)).toEqual([
    "0 – 1: 4",
    "1 – 2: 0",
    "2 – 3: 1",
  ]);
  expect(svg).toContain("states &amp; texts");
  const heights = [...svg.matchAll(/<rect [^>]*height="([\d.]+)" fill=/g)].map(([, height]) => Number(height));
  expect(heights[1]).toBe(0);
  expect(heights[0]! / heights[2]!).toBeCloseTo(4, 1);
});
