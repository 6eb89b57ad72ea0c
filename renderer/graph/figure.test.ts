import { expect, test } from "vitest";
import type { CircuitEdge } from "../../engine/circuit/circuit-schema.ts";
import { PALETTES } from "../look/palette.ts";
import type { DrawnNode } from "./drawn.ts";
import { circuitFigure, type FigureWords } from "./figure.ts";

const words: FigureWords = {
  caption: ["ioi & sprig <5 heads>", "f 0.99"],
  kept: "kept",
  removed: "removed",
  both: "in both",
  onlyA: "only in A",
  onlyB: "only in B",
  helps: "helps",
  hinders: "hinders",
};
const node = (id: string, more: Partial<DrawnNode> = {}): DrawnNode => ({
  id,
  role: undefined,
  state: "kept",
  pinned: false,
  side: undefined,
  ...more,
});
const draw = (nodes: readonly DrawnNode[], edges: readonly CircuitEdge[] = []) =>
  circuitFigure({ nodes, edges, sizes: { nLayers: 2, nHeads: 2, dMlp: 4 }, palette: PALETTES.light, words });
const lines = (svg: string) => [...svg.matchAll(/<text [^>]*>([^<]*)<\/text>/g)].map(([, line]) => line);

test("names, roles, what the strokes mean and the caption are in the drawing, escaped", () => {
  const svg = draw([node("a0.h1", { role: "name mover" }), node("a1.h0", { state: "removed" })]);
  expect(lines(svg)).toEqual([
    "a0.h1",
    "name mover",
    "a1.h0",
    "kept",
    "removed",
    "ioi &amp; sprig &lt;5 heads&gt;",
    "f 0.99",
  ]);
});

test("connections lie weakest first, each under its name with its weight, the positive ones dashed", () => {
  const edges = [
    { source: "a0.h1", target: "a1.h0", input: "q", weight: -2 },
    { source: "a0.h1", target: "a1.h0", input: "v", weight: 0.5 },
    { source: "a0.h1", target: "logits", weight: 1 },
  ] as CircuitEdge[];
  const svg = draw([node("a0.h1"), node("a1.h0")], edges);
  const found = [
    ...svg.matchAll(/<g id="([^"]*)" opacity[^>]*><title>([^<]*)<\/title><path [^>]*?(stroke-dasharray)?="?[^>]*?\/>/g),
  ];
  expect(found.map(([, id, title]) => [id, title])).toEqual([
    ["a0.h1-a1.h0-v", "a0.h1 → a1.h0 (v): 0.500"],
    ["a0.h1-a1.h0-q", "a0.h1 → a1.h0 (q): -2.00"],
  ]);
  expect(lines(svg)).toContain("helps");
  expect(lines(svg)).toContain("hinders");
  expect(svg.match(/stroke-dasharray="6 3"/g)).toHaveLength(2);
});

test("of two compared circuits each node says in which it is", () => {
  const svg = draw([node("a0.h1", { side: "both" }), node("a1.h0", { state: "removed", side: "onlyB" })]);
  expect(lines(svg).slice(0, 4)).toEqual(["● a0.h1", "▶ a1.h0", "● in both", "▶ only in B"]);
});

test("everything lies within the frame", () => {
  const svg = draw([
    node("input", { state: "always" }),
    node("a0.h0"),
    node("m1"),
    node("logits", { state: "always" }),
  ]);
  const [left, top, width, height] = svg
    .match(/viewBox="([^"]*)"/)![1]!
    .split(" ")
    .map(Number) as [number, number, number, number];
  for (const [, x, y] of svg.matchAll(/translate\((\S+) (\S+)\)/g)) {
    expect([Number(x) > left, Number(x) < left + width, Number(y) > top, Number(y) < top + height]).toEqual(
      Array(4).fill(true),
    );
  }
});
