// Counts in bins as bars, for page and paper.
import { scaleLinear } from "d3-scale";
import { greatest } from "../../engine/base/greatest.ts";
import type { Look } from "../export/sheet.ts";
import { framed, marked, type PlotNumber, rungs } from "../graph/frame.ts";
import { element, text, title } from "../graph/svg.ts";

export interface BarPlot {
  readonly counts: readonly number[];
  /** Ends of the bins together. */
  readonly ends: readonly [number, number];
  /** An upright line. */
  readonly mark?: { readonly name: string; readonly x: number };
  readonly xTitle: string;
  readonly yTitle: string;
  readonly caption?: string;
  readonly number: PlotNumber;
}

/** Points. */
const plotHeight = 110;
const gap = { left: 40, right: 8, top: 8, bottom: 30 };

export function barPlot(plot: BarPlot, look: Look): string {
  const { palette, width } = look;
  const { counts, ends, mark, xTitle, yTitle, caption, number } = plot;
  const x = scaleLinear([...ends], [gap.left, width - gap.right]);
  const y = scaleLinear([0, greatest(counts, 1)], [plotHeight - gap.bottom, gap.top]).nice();
  const bottom = plotHeight - gap.bottom;
  const step = (ends[1] - ends[0]) / counts.length;
  const middle = (at: number, down: number, content: string) =>
    text({ x: at, y: bottom + down, "text-anchor": "middle", fill: palette.faint }, content);
  return framed(
    look,
    { width, height: plotHeight, said: [yTitle, caption] },
    ...rungs(y, { ticks: y.ticks(3), ends: [gap.left, width - gap.right], palette, number }),
    ...counts.map((count, bin) => {
      const from = ends[0] + bin * step;
      return element(
        "rect",
        {
          x: x(from) + 0.5,
          y: y(count),
          width: Math.max(1, x(from + step) - x(from) - 1),
          height: Math.max(0, bottom - y(count)),
          fill: palette.accent,
          "fill-opacity": 0.75,
        },
        title(`${number(from)} – ${number(from + step)}: ${number(count)}`),
      );
    }),
    ...(mark
      ? [
          element(
            "line",
            {
              x1: x(mark.x),
              x2: x(mark.x),
              y1: gap.top,
              y2: bottom,
              stroke: palette.danger,
              "stroke-dasharray": "3 3",
            },
            title(mark.name),
          ),
        ]
      : []),
    ...x.ticks(5).map((tick) => middle(x(tick), 11, marked(x.ticks(5), number)(tick))),
    middle((gap.left + width - gap.right) / 2, 23, xTitle),
  );
}
