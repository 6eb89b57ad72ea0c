// Shares of time as stacked bars.
import * as Plot from "@observablehq/plot";
import type { Picture } from "../section.ts";
import type { TimeShares } from "../time-shares.ts";
import { PARTS } from "../trace.ts";
import { COLOURS, draw } from "./draw.ts";

/** A share below this has no room for its number. */
const leastNamed = 0.05;

/** Where a part's name begins in the legend, px; about the width of a bold letter for each one before it, and a gap. */
const legendAt = (part: number) => PARTS.slice(0, part).reduce((x, name) => x + 7.4 * name.length + 14, 0);

export function sharesPlot(figures: readonly TimeShares[]): Picture {
  const bars = figures.flatMap(({ work, shares }) => {
    const total = PARTS.reduce((sum, part) => sum + shares[part], 0);
    return PARTS.map((part) => ({ work, part, share: shares[part] / total }));
  });
  const text = ({ share }: { share: number }) => (share < leastNamed ? "" : `${(100 * share).toFixed(0)} %`);
  return {
    name: "time-shares",
    alt: "Share of the time in matrix products, other kernels, ONNX Runtime between kernels, compiling and JavaScript",
    svg: draw({
      height: 90 + 60 * figures.length,
      marginLeft: 250,
      marginTop: 40,
      x: { axis: null, domain: [0, 1] },
      y: { label: null, domain: figures.map(({ work }) => work), tickSize: 0, padding: 0.35 },
      color: { domain: PARTS, range: COLOURS },
      marks: [
        Plot.barX(bars, { x: "share", y: "work", fill: "part" }),
        Plot.text(bars, Plot.stackX({ x: "share", y: "work", text, fill: "#fff", fontWeight: "bold" })),
        ...PARTS.map((part, i) =>
          Plot.text([part], {
            text: () => part,
            fill: COLOURS[i],
            fontWeight: "bold",
            frameAnchor: "top-left",
            dx: legendAt(i),
            dy: -28,
          }),
        ),
      ],
    }),
  };
}
