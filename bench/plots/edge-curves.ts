// Faithfulness over the share of edges kept: a panel for each method, a line for each author.
import * as Plot from "@observablehq/plot";
import { AUTHORS, type Author } from "../edge-agreement.ts";
import type { EdgeFigures } from "../edge-orders.ts";
import type { Picture } from "../section.ts";
import { COLOURS, draw, GREY } from "./draw.ts";

interface Point {
  readonly panel: string;
  readonly by: Author;
  readonly share: number;
  readonly f: number;
}

const columns = 3;
/** Of the authors' lines, which often lie on each other: the first on top, the last the widest. */
const widths = [2, 5, 9] as const;
/** f beyond this says only that the circuit is none. */
const range = [-0.25, 1.35] as const;

export function edgeCurves({ total, orders, circuits }: EdgeFigures): Picture {
  const lines = orders.flatMap(({ method, by, curve }) =>
    curve.map(({ fraction, faithfulness }): Point => ({ panel: method, by, share: fraction, f: within(faithfulness) })),
  );
  const dots = circuits.map(({ by, edges, faithfulness }): Point => ({
    panel: "tried one by one",
    by,
    share: edges / total,
    f: within(faithfulness),
  }));
  const panels = [...new Set([...lines, ...dots].map(({ panel }) => panel))];
  const place = {
    fx: ({ panel }: { panel: string }) => panels.indexOf(panel) % columns,
    fy: ({ panel }: { panel: string }) => Math.floor(panels.indexOf(panel) / columns),
  };
  const at = { x: "share", y: "f", ...place } as const;
  const titles = panels.map((panel) => ({ panel }));
  return {
    name: "edge-curves",
    alt: "Faithfulness against the share of edges that are kept, by method and author",
    svg: draw({
      width: 820,
      height: 520,
      marginTop: 40,
      x: {
        type: "log",
        label: "share of edges kept",
        labelAnchor: "center",
        grid: true,
        tickFormat: (x: number) => `${100 * x} %`,
        ticks: 3,
      },
      y: { label: "f on the discovery prompts", grid: true, domain: range, ticks: 5 },
      fx: { axis: null, padding: 0.2 },
      fy: { axis: null },
      color: { domain: AUTHORS, range: COLOURS },
      marks: [
        Plot.ruleY([1], { stroke: GREY }),
        ...AUTHORS.map((by, i) => {
          const own = lines.filter((line) => line.by === by);
          return Plot.line(own, { ...at, stroke: COLOURS[i], strokeWidth: widths[i], strokeLinejoin: "round" });
        }).reverse(),
        Plot.dot(dots, { ...at, fill: "by", r: 5 }),
        Plot.text(titles, { ...place, text: "panel", frameAnchor: "top-left", dy: -14, fontWeight: "bold" }),
        ...AUTHORS.map((by, i) =>
          Plot.text([{ panel: panels[0] }], {
            ...place,
            text: () => by,
            fill: COLOURS[i],
            fontWeight: "bold",
            frameAnchor: "bottom-right",
            dx: -4,
            dy: -4 - 16 * i,
          }),
        ),
      ],
    }),
  };
}

const within = (f: number) => Math.min(range[1], Math.max(range[0], f));
