import { expect, test } from "vitest";
import { PALETTES } from "../look/palette.ts";
import type { Point } from "./scatter.ts";
import { scatter } from "./scatter-svg.ts";

const look = { palette: PALETTES.light, background: undefined, width: 300 };
const number = (value: number) => value.toFixed(2);
const titles = { xTitle: "faithfulness", yTitle: "edits <that> take", caption: "2 relations & sprig", number };
const drawn = (points: readonly Point[], chosen?: string) => scatter({ points, ...titles, chosen }, look);

test("points with their names beside the plot, the chosen one large, every text escaped", () => {
  const points = [
    { name: "a & <b>", x: 0.5, y: 1 },
    { name: "capital", x: 1, y: 0.25 },
  ];
  expect(drawn(points, "capital").replaceAll("><", ">\n<")).toMatchInlineSnapshot(`
    "<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 300 270" width="300" height="270" font-family="Helvetica, Arial, 'Liberation Sans', 'Noto Sans', 'DejaVu Sans Condensed', 'Noto Sans CJK SC', 'PingFang SC', 'Microsoft YaHei', sans-serif" font-size="8">
    <text x="4" y="9" fill="#666d76">edits &lt;that&gt; take</text>
    <line x1="34" x2="34" y1="18" y2="223.76" stroke="#d9dbde" stroke-width="0.6"/>
    <line x1="34" x2="239.76" y1="223.76" y2="223.76" stroke="#d9dbde" stroke-width="0.6"/>
    <text x="34" y="234.76" text-anchor="middle" fill="#666d76">0.00</text>
    <text x="30" y="226.76" text-anchor="end" fill="#666d76">0.00</text>
    <line x1="85.44" x2="85.44" y1="18" y2="223.76" stroke="#d9dbde" stroke-width="0.6"/>
    <line x1="34" x2="239.76" y1="172.32" y2="172.32" stroke="#d9dbde" stroke-width="0.6"/>
    <text x="85.44" y="234.76" text-anchor="middle" fill="#666d76">0.25</text>
    <text x="30" y="175.32" text-anchor="end" fill="#666d76">0.25</text>
    <line x1="136.88" x2="136.88" y1="18" y2="223.76" stroke="#d9dbde" stroke-width="0.6"/>
    <line x1="34" x2="239.76" y1="120.88" y2="120.88" stroke="#d9dbde" stroke-width="0.6"/>
    <text x="136.88" y="234.76" text-anchor="middle" fill="#666d76">0.50</text>
    <text x="30" y="123.88" text-anchor="end" fill="#666d76">0.50</text>
    <line x1="188.32" x2="188.32" y1="18" y2="223.76" stroke="#d9dbde" stroke-width="0.6"/>
    <line x1="34" x2="239.76" y1="69.44" y2="69.44" stroke="#d9dbde" stroke-width="0.6"/>
    <text x="188.32" y="234.76" text-anchor="middle" fill="#666d76">0.75</text>
    <text x="30" y="72.44" text-anchor="end" fill="#666d76">0.75</text>
    <line x1="239.76" x2="239.76" y1="18" y2="223.76" stroke="#d9dbde" stroke-width="0.6"/>
    <line x1="34" x2="239.76" y1="18" y2="18" stroke="#d9dbde" stroke-width="0.6"/>
    <text x="239.76" y="234.76" text-anchor="middle" fill="#666d76">1.00</text>
    <text x="30" y="21" text-anchor="end" fill="#666d76">1.00</text>
    <text x="136.88" y="246.76" text-anchor="middle" fill="#666d76">faithfulness</text>
    <line x1="136.88" y1="18" x2="249.76" y2="18" stroke="#666d76" stroke-width="0.4"/>
    <circle cx="136.88" cy="18" r="3" fill="#1f6f54" fill-opacity="0.45" stroke="#1f6f54">
    <title>a &amp; &lt;b&gt;: 0.50, 1.00</title>
    </circle>
    <text x="252.76" y="21" fill="#1d2126">a &amp; &lt;b&gt;</text>
    <line x1="239.76" y1="172.32" x2="249.76" y2="172.32" stroke="#666d76" stroke-width="0.4"/>
    <circle cx="239.76" cy="172.32" r="4.5" fill="#1f6f54" fill-opacity="1" stroke="#1f6f54">
    <title>capital: 1.00, 0.25</title>
    </circle>
    <text x="252.76" y="175.32" fill="#1d2126" font-weight="650">capital</text>
    <text x="4" y="261.76" fill="#666d76">2 relations &amp; sprig</text>
    </svg>"
  `);
});

test("no points, one, and points in one place give numbers alone", () => {
  const same = Array.from({ length: 40 }, (_, i) => ({ name: `relation ${i}`, x: 0, y: 0 }));
  for (const points of [[], same.slice(0, 1), same]) expect(drawn(points)).not.toMatch(/NaN|Infinity|undefined/);
  // 40 names in a column need more room than the plot: the sheet is as high as they are.
  expect(Number(/height="(\d+)"/.exec(drawn(same))![1])).toBeGreaterThan(40 * 11);
});
