import { expect, test } from "vitest";
import { PALETTES } from "../look/palette.ts";
import { type ValuePlot, valuePlot } from "./value-plot.ts";

const look = { palette: PALETTES.light, background: undefined, width: 400 };
const plot: ValuePlot = {
  lines: [
    {
      name: "effect <1>",
      points: [
        { x: -1, y: 2, interval: [1, 3] },
        { x: 1, y: NaN },
        { x: 3, y: 4, interval: [3, 5] },
      ],
    },
  ],
  band: { name: "random", points: [-1, 3].map((x) => ({ x, low: 0, high: 1 })) },
  range: { name: "sane", ends: [-1, 1] },
  marks: [{ name: "now", x: 2 }],
  xTitle: "coefficient",
  yTitle: "KL",
  number: String,
};

test("every finite value is a dot that says its value, texts are escaped, and what is no number is left out", () => {
  const svg = valuePlot(plot, look);
  expect([...svg.matchAll(/data-x="([^"]+)"/g)].map(([, x]) => x)).toEqual(["-1", "3"]);
  expect(svg).toContain("<title>-1: 2</title>");
  expect(svg).toContain("effect &lt;1&gt;");
  expect(svg).not.toMatch(/NaN|undefined|Infinity/);
});

test("range, band and mark stand at their values", () => {
  const svg = valuePlot(plot, look);
  const [, x, width] = /<rect x="([\d.]+)" y="10" width="([\d.]+)"/.exec(svg)!;
  const line = /x1="([\d.]+)" x2="\1"[^>]*stroke-dasharray="2 3"/.exec(svg)!;
  // From -1 to 3 over 44 to 388: a value takes 86 points.
  expect([Number(x), Number(width), Number(line[1])]).toEqual([44, 172, 302]);
});

test("nothing at all is still a drawing", () => {
  const svg = valuePlot({ ...plot, lines: [], band: undefined, range: undefined, marks: [] }, look);
  expect(svg).not.toMatch(/NaN|undefined|Infinity/);
});
