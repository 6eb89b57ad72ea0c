// How nodes and connections look, from the palette.
import type { StylesheetJson } from "cytoscape";
import { type Palette, signedScale } from "../look/palette.ts";

/** @param strongest |weight| of the strongest connection, metric units */
export function stylesheet(palette: Palette, strongest: number): StylesheetJson {
  const colour = signedScale(palette, strongest);
  const weight = (element: { data(name: string): unknown }) => Number(element.data("weight"));
  return [
    {
      selector: "node",
      style: {
        shape: "round-rectangle",
        width: 80,
        height: 40,
        label: "data(label)",
        "text-wrap": "wrap",
        "text-valign": "center",
        "font-size": 11,
        "font-family": "system-ui, sans-serif",
        color: palette.ink,
        "background-color": palette.panel,
        "border-width": 1.5,
        "border-color": palette.line,
      },
    },
    {
      selector: "node.kept",
      style: { "border-color": palette.kept, "border-width": 2.5, "background-color": palette.paper },
    },
    {
      selector: "node.removed",
      style: { width: 44, height: 20, color: palette.faint, "border-style": "dashed", "border-color": palette.removed },
    },
    { selector: "node.removed-now", style: { "border-color": palette.danger, "border-width": 2.5 } },
    { selector: "node.pinned", style: { "border-style": "double", "border-width": 5 } },
    { selector: "node:selected", style: { "background-color": palette.accent, color: palette.paper } },
    {
      selector: "edge",
      style: {
        "curve-style": "bezier",
        "target-arrow-shape": "triangle",
        "arrow-scale": 0.7,
        width: (edge: never) => 0.8 + (4 * Math.abs(weight(edge))) / (strongest || 1),
        "line-color": (edge: never) => colour(strengthened(weight(edge), strongest)),
        "target-arrow-color": (edge: never) => colour(strengthened(weight(edge), strongest)),
        "line-style": (edge: never) => (weight(edge) < 0 ? "solid" : "dashed"),
        opacity: 0.85,
      },
    },
    {
      selector: "edge:selected",
      style: { "line-color": palette.accent, "target-arrow-color": palette.accent, opacity: 1 },
    },
  ] as StylesheetJson;
}

/** Weak connections still need a colour that can be seen: the scale begins a third of the way out. */
function strengthened(weight: number, strongest: number): number {
  return Math.sign(weight) * (strongest / 3 + (2 / 3) * Math.abs(weight));
}
