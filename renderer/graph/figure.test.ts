import { expect, test } from "vitest";
import type { CircuitEdge } from "../../engine/circuit/circuit-schema.ts";
import { type Palette, PALETTES } from "../look/palette.ts";
import type { DrawnNode } from "./drawn.ts";
import { edgeLooks } from "./edge-look.ts";
import { bandColour, circuitFigure, type Figure, type FigureWords } from "./figure.ts";

const words: FigureWords = {
  caption: ["ioi & sprig <5 heads>", "f 0.99"],
  both: "in both",
  onlyA: "only in A",
  onlyB: "only in B",
  helps: "helps",
  hinders: "hinders",
  noRole: "no role",
  mlps: "MLPs",
  features: "features",
  input: "tokens",
  logits: "logits",
  effect: "effect",
  ports: "query, key, value",
  strongest: "strongest: 2",
};
const node = (id: string, more: Partial<DrawnNode> = {}): DrawnNode => ({
  id,
  role: undefined,
  state: "kept",
  pinned: false,
  side: undefined,
  ...more,
});
const draw = (nodes: readonly DrawnNode[], edges: readonly CircuitEdge[] = [], more: Partial<Figure> = {}) =>
  circuitFigure({
    nodes,
    edges,
    effects: new Map(),
    palette: PALETTES.light,
    background: undefined,
    width: 493,
    words,
    ...more,
  });
const lines = (svg: string) => [...svg.matchAll(/<text [^>]*>([^<]*)<\/text>/g)].map(([, line]) => line);

test("bands are headed by their roles, layers named, and the caption stands below, escaped", () => {
  const svg = draw([node("a0.h1", { role: "name mover" }), node("a2.h0"), node("m2")]);
  expect(lines(svg)).toEqual([
    "name mover",
    "no role",
    "MLPs",
    "L0",
    "L2",
    "0.1",
    "2.0",
    "m2",
    "tokens",
    "logits",
    "ioi &amp; sprig &lt;5 heads&gt;",
    "f 0.99",
  ]);
});

test("features and errors have a band of their own, above the layer that their dictionary is laid on", () => {
  const svg = draw([node("a2.h0"), node("d2.f17"), node("d2.error"), node("d3.error", { neurons: 50 })]);
  expect(lines(svg).slice(0, -2)).toEqual([
    "no role",
    "features",
    "L2",
    "L3",
    "2.0",
    "f17",
    "error",
    "d3",
    "×50",
    "tokens",
    "logits",
  ]);
});

test("connections lie weakest first, each under its name with its weight, the positive ones dashed", () => {
  const edges = [
    { source: "a0.h1", target: "a1.h0", input: "q", weight: -2 },
    { source: "a0.h1", target: "a1.h0", input: "v", weight: 0.5 },
    { source: "a0.h1", target: "a0.h7", weight: 1 },
  ] as CircuitEdge[];
  const svg = draw([node("a0.h1"), node("a1.h0")], edges);
  const found = [...svg.matchAll(/<g id="([^"]*)" data-edge="([^"]*)"><title>([^<]*)<\/title><path ([^>]*)\/>/g)];
  expect(found.map(([, id, name, title, path]) => [id, name, title, path.includes("stroke-dasharray")])).toEqual([
    ["a0.h1-a1.h0-v", "a0.h1-&gt;a1.h0&lt;v&gt;", "a0.h1 → a1.h0 (v): 0.500", true],
    ["a0.h1-a1.h0-q", "a0.h1-&gt;a1.h0&lt;q&gt;", "a0.h1 → a1.h0 (q): -2.00", false],
  ]);
  expect(lines(svg)).toEqual(expect.arrayContaining(["helps", "hinders", "query, key, value", "strongest: 2"]));
});

test("of two compared circuits each node says in which it is", () => {
  const svg = draw([node("a0.h1", { side: "both" }), node("a1.h0", { state: "removed", side: "onlyB" })]);
  expect(lines(svg)).toEqual(expect.arrayContaining(["●0.1", "▶1.0", "in both", "only in B"]));
  expect(lines(svg)).not.toContain("only in A");
});

test("an effect is a bar with its interval, as long as it is large beside the largest", () => {
  const effects = new Map([
    ["a0.h1", { effect: -4, interval: [-5, -3] as const }],
    ["a1.h0", { effect: 2, interval: undefined }],
  ]);
  const svg = draw([node("a0.h1"), node("a1.h0")], [], { effects });
  const bars = [...svg.matchAll(/<rect [^>]*width="([\d.]+)" height="4" fill="([^"]*)"\/>/g)].slice(0, 2);
  expect(bars.map(([, width, colour]) => [Number(width), colour])).toEqual([
    [24, PALETTES.light.negative[0]],
    [12, PALETTES.light.positive[1]],
  ]);
});

test("no text is smaller than 8 pt at the width that the drawing is made for", () => {
  const svg = draw([node("a0.h1", { role: "name mover" }), node("m1")], [], { width: 241 });
  const sizes = [...svg.matchAll(/font-size="([\d.]+)"/g)].map(([, size]) => Number(size));
  expect(sizes).toEqual([8]);
});

/** WCAG 2.2, of two colours such as "#14508f". */
function contrast(a: string, b: string): number {
  const light = (colour: string) => {
    const [red, green, blue] = [1, 3, 5]
      .map((at) => parseInt(colour.slice(at, at + 2), 16) / 255)
      .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
  };
  const [dark, bright] = [light(a), light(b)].sort((x, y) => x - y) as [number, number];
  return (bright + 0.05) / (dark + 0.05);
}

test.each(Object.entries(PALETTES))(
  "%s: edges, the faintest too, roles and texts keep a contrast of 3 to 1",
  (_, palette: Palette) => {
    const look = edgeLooks(palette, 10);
    const roles = palette.series.map((_, band) => bandColour(palette, band, { role: "a role" }));
    const drawn = [look(-0.001).colour, look(0.001).colour, palette.ink, palette.faint, palette.kept, ...roles];
    expect(drawn.filter((colour) => contrast(colour, palette.paper) < 3)).toEqual([]);
  },
);
