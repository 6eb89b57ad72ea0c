import { expect, test } from "vitest";
import { PALETTES } from "../look/palette.ts";
import type { Matrix } from "./matrix-csv.ts";
import { matrixSvg } from "./matrix-svg.ts";

const look = { palette: PALETTES.light, background: undefined, width: 240 };
const titles = { signed: true, rowTitle: "layer", columnTitle: "head", caption: "ioi <sprig>", scale: "effect & sign" };
const number = (value: number) => value.toFixed(1);
const drawn = (matrix: Matrix) => matrixSvg({ matrix, ends: "largest", number, ...titles }, look);
const textsOf = (svg: string) => [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text]) => text);

test("a cell's colour is its share of the largest, its number stands in it, every text is escaped", () => {
  const matrix = { rows: ["1", "0"], columns: ["h0", "<h1>"], values: [2, -4, 0, 1] };
  expect(drawn(matrix).replaceAll("><", ">\n<")).toMatchInlineSnapshot(`
    "<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 240 85" width="240" height="85" font-family="Helvetica, Arial, 'Liberation Sans', 'Noto Sans', 'DejaVu Sans Condensed', 'Noto Sans CJK SC', 'PingFang SC', 'Microsoft YaHei', sans-serif" font-size="8">
    <text x="30" y="8" text-anchor="start" fill="#666d76">head</text>
    <text x="24" y="19" text-anchor="end" fill="#666d76">layer</text>
    <text x="40.5" y="19" text-anchor="middle" fill="#1d2126" font-family="monospace" xml:space="preserve">h0</text>
    <text x="64" y="19" text-anchor="middle" fill="#1d2126" font-family="monospace" xml:space="preserve">&lt;h1&gt;</text>
    <text x="24" y="32" text-anchor="end" fill="#666d76">1</text>
    <text x="24" y="45" text-anchor="end" fill="#666d76">0</text>
    <rect x="30" y="23" width="20" height="12" fill="rgb(235, 182, 135)"/>
    <text x="40.5" y="32" text-anchor="middle" fill="#1d2126" font-family="monospace" xml:space="preserve">2.0</text>
    <rect x="51" y="23" width="25" height="12" fill="rgb(20, 80, 143)"/>
    <text x="64" y="32" text-anchor="middle" fill="#e8eaec" font-family="monospace" xml:space="preserve">-4.0</text>
    <rect x="30" y="36" width="20" height="12" fill="rgb(237, 234, 231)"/>
    <text x="40.5" y="45" text-anchor="middle" fill="#1d2126" font-family="monospace" xml:space="preserve">0.0</text>
    <rect x="51" y="36" width="25" height="12" fill="rgb(246, 219, 193)"/>
    <text x="64" y="45" text-anchor="middle" fill="#1d2126" font-family="monospace" xml:space="preserve">1.0</text>
    <text x="52.28" y="63" text-anchor="end" fill="#666d76">-4.0</text>
    <rect x="55.28" y="56" width="5" height="8" fill="rgb(20, 80, 143)"/>
    <rect x="60.28" y="56" width="5" height="8" fill="rgb(47, 103, 160)"/>
    <rect x="65.28" y="56" width="5" height="8" fill="rgb(74, 125, 177)"/>
    <rect x="70.28" y="56" width="5" height="8" fill="rgb(100, 147, 193)"/>
    <rect x="75.28" y="56" width="5" height="8" fill="rgb(126, 167, 207)"/>
    <rect x="80.28" y="56" width="5" height="8" fill="rgb(150, 186, 220)"/>
    <rect x="85.28" y="56" width="5" height="8" fill="rgb(172, 202, 230)"/>
    <rect x="90.28" y="56" width="5" height="8" fill="rgb(193, 216, 236)"/>
    <rect x="95.28" y="56" width="5" height="8" fill="rgb(211, 226, 239)"/>
    <rect x="100.28" y="56" width="5" height="8" fill="rgb(226, 232, 238)"/>
    <rect x="105.28" y="56" width="5" height="8" fill="rgb(237, 234, 231)"/>
    <rect x="110.28" y="56" width="5" height="8" fill="rgb(243, 232, 219)"/>
    <rect x="115.28" y="56" width="5" height="8" fill="rgb(246, 224, 203)"/>
    <rect x="120.28" y="56" width="5" height="8" fill="rgb(245, 213, 183)"/>
    <rect x="125.28" y="56" width="5" height="8" fill="rgb(241, 199, 159)"/>
    <rect x="130.28" y="56" width="5" height="8" fill="rgb(235, 182, 135)"/>
    <rect x="135.28" y="56" width="5" height="8" fill="rgb(226, 163, 109)"/>
    <rect x="140.28" y="56" width="5" height="8" fill="rgb(215, 142, 82)"/>
    <rect x="145.28" y="56" width="5" height="8" fill="rgb(203, 120, 55)"/>
    <rect x="150.28" y="56" width="5" height="8" fill="rgb(190, 97, 28)"/>
    <rect x="155.28" y="56" width="5" height="8" fill="rgb(176, 74, 0)"/>
    <text x="164.28" y="63" text-anchor="start" fill="#666d76">4.0  effect &amp; sign</text>
    <text x="30" y="77" fill="#666d76">ioi &lt;sprig&gt;</text>
    </svg>"
  `);
});

test("many columns have colours alone; nothing but zeros, and no cell at all, give numbers alone", () => {
  const columns = Array.from({ length: 13 }, (_, c) => `h${c}`);
  const zeros = { rows: ["0"], columns, values: columns.map(() => 0) };
  expect(textsOf(drawn(zeros)).filter((text) => text === "0.0")).toEqual([]);
  for (const matrix of [zeros, { rows: [], columns: [], values: [] }])
    expect(drawn(matrix)).not.toMatch(/NaN|Infinity|undefined/);
});
