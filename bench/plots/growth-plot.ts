// Time against the size of the problem, both on logarithmic axes, with the slope at the end of each line.
import * as Plot from "@observablehq/plot";
import type { GrowthSeries } from "../growth.ts";
import type { Picture } from "../section.ts";
import { COLOURS, draw } from "./draw.ts";

export function growthPlot(axis: string, series: readonly GrowthSeries[]): Picture {
  const points = series.flatMap(({ what, points }) => points.map((point) => ({ ...point, what })));
  const ends = series.map(({ what, points, slope }) => ({
    ...points.at(-1)!,
    what,
    label: `${what}: slope ${slope.toFixed(2)}`,
  }));
  const at = { x: "size", y: "seconds" } as const;
  return {
    name: `growth-${axis}`,
    alt: `Seconds against ${axis}, logarithmic`,
    svg: draw({
      marginRight: 330,
      x: { type: "log", base: 2, label: axis, labelAnchor: "center", grid: true, tickFormat: "d" },
      y: { type: "log", label: "seconds", grid: true, ticks: 4, tickFormat: String },
      color: { domain: series.map(({ what }) => what), range: COLOURS },
      marks: [
        Plot.line(points, { ...at, stroke: "what", strokeWidth: 2 }),
        Plot.dot(points, { ...at, fill: "what", r: 3.5 }),
        Plot.text(ends, { ...at, text: "label", fill: "what", textAnchor: "start", dx: 8 }),
      ],
    }),
  };
}
