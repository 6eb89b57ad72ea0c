// Time against circuit size, a point for each method.
import * as Plot from "@observablehq/plot";
import type { Picture } from "../section.ts";
import { COLOURS, draw } from "./draw.ts";
import { labelHeights } from "./labels.ts";

export interface MethodPoint {
  readonly method: string;
  readonly by: string;
  readonly size: number;
  readonly seconds: number;
}

export function timeAndSize(name: string, units: string, points: readonly MethodPoint[]): Picture {
  const authors = [...new Set(points.map(({ by }) => by))];
  const largest = Math.max(...points.map(({ size }) => size));
  const label = ({ method, seconds }: MethodPoint) => `${method}, ${seconds.toPrecision(2)} s`;
  const at = { x: "size", y: "seconds", fill: "by" } as const;
  return {
    name,
    alt: `Seconds against the number of ${units} in the circuit, for each method`,
    svg: draw({
      marginRight: 250,
      x: { label: `${units} in the circuit`, labelAnchor: "center", domain: [0, 1.25 * largest], ticks: 5 },
      y: { label: "seconds", type: "log", grid: true, nice: true, ticks: 4, tickFormat: String },
      color: { domain: authors, range: COLOURS },
      marks: [
        Plot.dot(points, { ...at, r: 5 }),
        Plot.text(points, apart({ ...at, text: label, textAnchor: "start", dx: 10 })),
      ],
    }),
  };
}

/** Moves labels that would lie on each other. */
function apart(options: Plot.TextOptions): Plot.TextOptions {
  return Plot.initializer(options, (data, facets, channels, scales) => {
    const pixels = (axis: "x" | "y") =>
      Array.from(channels[axis]!.value as Float64Array, (v) => Number(scales[axis]!(v)));
    const [xs, ys] = [pixels("x"), pixels("y")];
    const value = labelHeights(xs.map((x, i) => ({ x, y: ys[i] })));
    return { data, facets, channels: { y: { value } } };
  });
}
