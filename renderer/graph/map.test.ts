import { expect, test } from "vitest";
import { PALETTES } from "../look/palette.ts";
import type { DrawnNode } from "./drawn.ts";
import { circuitMap, mapCells, ticks } from "./map.ts";

const sizes = { nLayers: 30, nHeads: 9, dMlp: 1 };
const node = (id: string, state: DrawnNode["state"]): DrawnNode => ({
  id,
  role: undefined,
  state,
  pinned: false,
  side: undefined,
});

test("30 layers of 9 heads fit into 600 × 300, each cell large enough to be hit", () => {
  const cells = mapCells(sizes, 600, 300);
  expect(cells).toHaveLength(300);
  const inside = cells.filter(
    ({ x, y, width, height }) => x >= 0 && y >= 0 && x + width <= 600.001 && y + height <= 300,
  );
  expect(inside).toHaveLength(300);
  expect(cells.every(({ width, height }) => width > 30 && height > 9)).toBe(true);
});

test("layer 0 is at the bottom, heads go to the right, the MLPs stand apart behind them", () => {
  const at = new Map(mapCells({ nLayers: 2, nHeads: 2, dMlp: 1 }, 60, 42).map((cell) => [cell.id, cell]));
  expect([...at.keys()]).toEqual(["a0.h0", "a0.h1", "m0", "a1.h0", "a1.h1", "m1"]);
  expect([at.get("a0.h0")!.y, at.get("a1.h0")!.y]).toEqual([10, 0]);
  expect(at.get("m0")!.x - at.get("a0.h1")!.x).toBeGreaterThan(at.get("a0.h1")!.x - at.get("a0.h0")!.x);
});

test("kept units have an outline and the fill of their effect, one of this step a ring, the others neither", () => {
  const svg = circuitMap({
    nodes: [node("a0.h0", "kept"), node("a0.h1", "removed-now"), node("a1.h0", "removed")],
    effects: new Map([["a0.h0", { effect: -2, interval: undefined }]]),
    sizes: { nLayers: 2, nHeads: 2, dMlp: 1 },
    palette: PALETTES.light,
    words: {
      caption: ["ioi"],
      layer: "layer",
      head: "head",
      kept: "kept",
      now: "now",
      effect: "effect",
      against: "against",
    },
    width: 400,
    height: 200,
    background: undefined,
  });
  const cell = (id: string) => new RegExp(`<g id="${id}" data-node="${id}">(.*?)</g>`).exec(svg)![1]!;
  expect(cell("a0.h0")).toContain(`stroke="${PALETTES.light.kept}"`);
  expect(cell("a0.h0")).toContain('fill="rgb(20, 80, 143)"');
  expect(cell("a0.h1")).toContain("<ellipse");
  expect(cell("a1.h0")).not.toMatch(new RegExp(`ellipse|stroke="${PALETTES.light.kept}"`));
});

test("an axis has as many numbers as there is room for", () => {
  expect(ticks(9, 30, 14)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
  expect(ticks(30, 9, 10)).toEqual(Array.from({ length: 15 }, (_, i) => 2 * i));
  expect(ticks(32, 1, 10)).toEqual([0, 10, 20, 30]);
});
