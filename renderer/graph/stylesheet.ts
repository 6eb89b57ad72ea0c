// How nodes and connections look, from the palette.
import type { StylesheetJson } from "cytoscape";
import type { Palette } from "../look/palette.ts";
import { BOX } from "./box.ts";
import { edgeLooks } from "./edge-look.ts";

/** @param strongest |weight| of the strongest connection, metric units */
export function stylesheet(palette: Palette, strongest: number): StylesheetJson {
  const looks = edgeLooks(palette, strongest);
  const look = (element: { data(name: string): unknown }) => looks(Number(element.data("weight")));
  return [
    {
      selector: "node",
      style: {
        shape: "round-rectangle",
        ...BOX,
        label: "data(label)",
        "text-wrap": "wrap",
        "text-valign": "center",
        "font-size": 11,
        "font-family": "system-ui, sans-serif",
        color: palette.ink,
        "background-color": palette.panel,
        // One width for every state, as for the box: a wider border would move the ends of all its lines.
        "border-width": 2,
        "border-color": palette.line,
      },
    },
    {
      selector: "node.kept",
      style: { "border-color": palette.kept, "background-color": palette.paper },
    },
    {
      selector: "node.removed",
      style: { "border-style": "dashed", "border-color": palette.removed },
    },
    { selector: "node.faint", style: { color: palette.faint, "background-opacity": 0, "border-opacity": 0.6 } },
    { selector: "node.removed-now", style: { "border-color": palette.danger } },
    { selector: "node.both", style: { "border-color": palette.both } },
    { selector: "node.onlyA", style: { "border-color": palette.onlyA } },
    { selector: "node.onlyB", style: { "border-color": palette.onlyB } },
    { selector: "node.pinned", style: { "border-style": "double", "border-width": 5 } },
    { selector: "node:selected", style: { "background-color": palette.accent, color: palette.paper } },
    {
      selector: "edge",
      style: {
        "curve-style": "bezier",
        "target-arrow-shape": "triangle",
        "arrow-scale": 0.7,
        width: (edge: never) => look(edge).width,
        "line-color": (edge: never) => look(edge).colour,
        "target-arrow-color": (edge: never) => look(edge).colour,
        "line-style": (edge: never) => (look(edge).dashed ? "dashed" : "solid"),
        opacity: 0.85,
      },
    },
    {
      selector: "edge:selected",
      style: { "line-color": palette.accent, "target-arrow-color": palette.accent, opacity: 1 },
    },
  ] as StylesheetJson;
}
