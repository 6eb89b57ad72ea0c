// Counts in bins as bars, for page and paper.
import { scaleLinear } from "d3-scale";
import { greatest } from "../../engine/base/greatest.ts";
import type { Look } from "../export/sheet.ts";
import { brokenLines, FONTS, LINE, TEXT } from "../graph/lettering.ts";
import { element, text, title } from "../graph/svg.ts";

export interface BarPlot {
  readonly counts: readonly number[];
  /** Ends of the bins together. */
  readonly ends: readonly [number, number];
  readonly xTitle: string;
  readonly yTitle: string;
  readonly caption?: string;
  readonly number: (value: number) => string;
}

/** Points. */
const plotHeight = 110;
const gap = { left: 40, right: 8, top: 8, bottom: 30 };

export function barPlot(plot: BarPlot, { palette, background, width }: Look): string {
  const { counts, ends, xTitle, yTitle, caption, number } = plot;
  const x = scaleLinear([...ends], [gap.left, width - gap.right]);
  const y = scaleLinear([0, greatest(counts, 1)], [plotHeight - gap.bottom, gap.top]).nice();
  const bottom = plotHeight - gap.bottom;
  const step = (ends[1] - ends[0]) / counts.length;
  const said = brokenLines([yTitle, caption].filter(Boolean).join(" · "), width - 8);
  const height = plotHeight + said.length * LINE + 4;
  const say = (at: { x: number; y: number; anchor?: string }, content: string) =>
    text({ x: at.x, y: at.y, "text-anchor": at.anchor, fill: palette.faint }, content);
  return element(
    "svg",
    {
      xmlns: "http://www.w3.org/2000/svg",
      width,
      height,
      viewBox: `0 0 ${width} ${height}`,
      "font-family": FONTS,
      "font-size": TEXT,
    },
    ...(background === undefined ? [] : [element("rect", { width: "100%", height: "100%", fill: background })]),
    ...y.ticks(3).flatMap((tick) => [
      element("line", {
        x1: gap.left,
        x2: width - gap.right,
        y1: y(tick),
        y2: y(tick),
        stroke: palette.line,
        "stroke-width": 0.6,
      }),
      say({ x: gap.left - 4, y: y(tick) + 3, anchor: "end" }, number(tick)),
    ]),
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
    ...x.ticks(5).map((tick) => say({ x: x(tick), y: bottom + 11, anchor: "middle" }, number(tick))),
    say({ x: (gap.left + width - gap.right) / 2, y: bottom + 23, anchor: "middle" }, xTitle),
    ...said.map((line, i) => say({ x: 4, y: plotHeight + LINE * (i + 0.8) }, line)),
  );
}
