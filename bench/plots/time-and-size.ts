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

/** @param sizes how the axis of sizes goes: from nothing, or logarithmic where they differ by orders of magnitude */
export function timeAndSize(
  name: string,
  units: string,
  sizes: "linear" | "log",
  points: readonly MethodPoint[],
): Picture {
  const authors = [...new Set(points.map(({ by }) => by))];
  const largest = 1.25 * Math.max(...points.map(({ size }) => size));
  const smallest = Math.min(...points.map(({ size }) => size)) / 1.25;
  const axis =
    sizes === "linear"
      ? { domain: [0, largest], ticks: 5 }
      : { type: sizes, domain: [smallest, largest], tickFormat: "d", ticks: 5 };
  const label = ({ method, seconds }: MethodPoint) => `${method}, ${Number(seconds.toPrecision(2))} s`;
  const at = { x: "size", y: "seconds", fill: "by" } as const;
  return {
    name,
    alt: `Seconds against the number of ${units} in the circuit, for each method`,
    svg: draw({
      marginRight: 250,
      x: { label: `${units} in the circuit`, labelAnchor: "center", ...axis },
      y: { label: "seconds", type: "log", grid: true, nice: true, ticks: 4, tickFormat: String },
      color: { domain: authors, range: COLOURS },
      marks: [
        Plot.dot(points, { ...at, r: 5 }),
        ...authors.map((author, i) =>
          Plot.text([author], {
            text: () => author,
            fill: COLOURS[i],
            fontWeight: "bold",
            frameAnchor: "bottom-left",
            dx: 8,
            dy: -8 - 16 * i,
          }),
        ),
        Plot.text(points, apart({ ...at, text: label, textAnchor: "start", dx: 10 })),
      ],
    }),
  };
}

/** About the width of one, px. */
const letter = 6.6;

/** Moves labels that would lie on each other. */
function apart(options: Plot.TextOptions): Plot.TextOptions {
  return Plot.initializer(options, (data, facets, channels, scales) => {
    const pixels = (axis: "x" | "y") =>
      Array.from(channels[axis]!.value as Float64Array, (v) => Number(scales[axis]!(v)));
    const [xs, ys] = [pixels("x"), pixels("y")];
    const texts = channels.text!.value as string[];
    const value = labelHeights(xs.map((x, i) => ({ x, y: ys[i], width: letter * texts[i].length })));
    return { data, facets, channels: { y: { value } } };
  });
}
