import { expect, test } from "vitest";
import { PALETTES } from "../look/palette.ts";
import type { WordMapGrid } from "./word-map.ts";
import { wordMapSvg } from "./word-map-svg.ts";

const look = (width: number) => ({ palette: PALETTES.light, background: undefined, width });
const titles = { signed: false, rowTitle: "from", columnTitle: "into", caption: "m, logit lens", scale: "probability" };
const textsOf = (svg: string) => [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text]) => text);

test("the picture holds every word as text and says what it is of; where there is nothing, nothing is drawn", () => {
  const grid: WordMapGrid = {
    rows: ["1", "0"],
    columns: ["<a&b>", "␣cat"],
    cells: [
      [
        { text: "x", value: 0 },
        { text: "y", value: 1 },
      ],
      [{ text: "z", value: 0.5 }, undefined],
    ],
  };
  const svg = wordMapSvg({ grid, ...titles }, look(240));
  expect(textsOf(svg)).toEqual([
    "into",
    "from",
    "&lt;a&amp;b&gt;",
    "␣cat",
    "1",
    "0",
    "x",
    "y",
    "z",
    "0",
    "1  probability",
    "m, logit lens",
  ]);
  expect([...svg.matchAll(/<rect [^>]*fill="rgb/g)]).toHaveLength(3 + 21);
});

test("many columns share the sheet's width, their words cut to it", () => {
  const columns = Array.from({ length: 20 }, (_, c) => String(c));
  const grid: WordMapGrid = { rows: ["0"], columns, cells: [columns.map(() => ({ text: "president", value: 0 }))] };
  const svg = wordMapSvg({ grid, ...titles }, look(490));
  expect(/viewBox="0 0 (\S+)/.exec(svg)![1]).toBe("490");
  expect(textsOf(svg).filter((text) => text?.startsWith("pre"))).toHaveLength(20);
});
