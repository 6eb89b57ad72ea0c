// What the lines, areas and rings of a plot are, in as many rows as their names need.
import { LINE, textWidth } from "../graph/lettering.ts";
import { element, text } from "../graph/svg.ts";
import type { Palette } from "../look/palette.ts";
import { CHANCE_DASH, ringRadius, seriesLook } from "./series-look.ts";
import type { ValuePlot } from "./value-plot.ts";

/** Points. */
const swatch = 22;

export function plotLegend(plot: ValuePlot, palette: Palette, width: number): { parts: string[]; height: number } {
  const { lines, rings = [], band, range, bound } = plot;
  const stroke = (colour: string, dash: string, wide: number) =>
    element("line", {
      x1: 0,
      x2: swatch,
      y1: -3,
      y2: -3,
      stroke: colour,
      "stroke-width": wide,
      "stroke-dasharray": dash || undefined,
    });
  const patch = (fill: string, opacity: number) =>
    element("rect", { y: -7, width: swatch, height: 8, fill, "fill-opacity": opacity });
  const entries = [
    ...lines.flatMap(({ name, chance }, i) => {
      const { colour, dash } = seriesLook(palette, i);
      const own = { name, mark: stroke(colour, dash.join(" "), 1.6) };
      return chance ? [own, { name: chance.name, mark: stroke(colour, CHANCE_DASH, 0.8) }] : [own];
    }),
    ...rings.map(({ name }, i) => ({
      name,
      mark: element("circle", {
        cx: swatch / 2,
        cy: -3,
        r: Math.min(6, ringRadius(i)),
        fill: "none",
        stroke: palette.ink,
        "stroke-width": 1.2,
      }),
    })),
    ...(bound ? [{ name: bound.name, mark: stroke(palette.danger, "5 4", 1) }] : []),
    ...(band ? [{ name: band.name, mark: patch(palette.faint, 0.22) }] : []),
    ...(range ? [{ name: range.name, mark: patch(palette.accent, 0.2) }] : []),
  ];
  let [at, row] = [4, 1];
  const parts = entries.map(({ name, mark }) => {
    const wide = swatch + 4 + textWidth(name) + 12;
    if (at > 4 && at + wide > width) [at, row] = [4, row + 1];
    const own = element(
      "g",
      { transform: `translate(${at} ${row * (LINE + 2)})` },
      mark,
      text({ x: swatch + 4, fill: palette.ink }, name),
    );
    at += wide;
    return own;
  });
  return { parts, height: row * (LINE + 2) + 4 };
}
