// Lines over a value that a person sets: intervals, what chance gives, the range in which little else changes; for page and paper.
import { scaleLinear } from "d3-scale";
import { brokenLines, FONTS, LINE, TEXT, textWidth } from "../graph/lettering.ts";
import { element, text, title } from "../graph/svg.ts";
import type { Look } from "../export/sheet.ts";
import { seriesLook } from "./series-look.ts";

export interface PlotPoint {
  readonly x: number;
  readonly y: number;
  readonly interval?: readonly [number, number];
  /** What a pointer over it is told. */
  readonly says?: string;
}

export interface PlotLine {
  readonly name: string;
  readonly points: readonly PlotPoint[];
}

export interface ValuePlot {
  readonly lines: readonly PlotLine[];
  /** What chance gives, by x. */
  readonly band?: {
    readonly name: string;
    readonly points: readonly { readonly x: number; readonly low: number; readonly high: number }[];
  };
  /** Where little else changes. */
  readonly range?: { readonly name: string; readonly ends: readonly [number, number] };
  /** Upright lines. */
  readonly marks: readonly { readonly name: string; readonly x: number }[];
  /** Whether x counts something, such as layers, so that only whole numbers are marked. */
  readonly counts?: boolean;
  readonly xTitle: string;
  readonly yTitle: string;
  readonly caption?: string;
  readonly number: (value: number) => string;
}

/** Points. */
const plotHeight = 150;
const gap = { left: 44, right: 12, top: 10, bottom: 34 };

/** Dots carry their x as `data-x`, so that a page can be clicked. */
export function valuePlot(plot: ValuePlot, { palette, background, width }: Look): string {
  const { lines, band, range, marks, xTitle, yTitle, caption, number } = plot;
  const xs = lines.flatMap(({ points }) => points.map(({ x }) => x));
  const ys = [
    0,
    ...lines.flatMap(({ points }) => points.flatMap(({ y, interval }) => [y, ...(interval ?? [])])),
    ...(band?.points.flatMap(({ low, high }) => [low, high]) ?? []),
  ].filter(Number.isFinite);
  const all = [...xs, ...marks.map((mark) => mark.x)].filter(Number.isFinite);
  const x = scaleLinear(ends(all), [gap.left, width - gap.right]);
  const y = scaleLinear(ends(ys), [plotHeight - gap.bottom, gap.top]).nice();
  const xTicks = x.ticks(width < 300 ? 5 : 9).filter((tick) => !plot.counts || Number.isInteger(tick));
  const [left, right] = x.range() as [number, number];
  const [bottom, top] = y.range() as [number, number];
  const say = (at: { x: number; y: number; anchor?: string; fill?: string }, content: string) =>
    text({ x: at.x, y: at.y, "text-anchor": at.anchor, fill: at.fill ?? palette.faint }, content);
  const path = (points: readonly (readonly [number, number])[]) =>
    points.map(([px, py], i) => `${i === 0 ? "M" : "L"}${x(px).toFixed(1)},${y(py).toFixed(1)}`).join("");
  const area = (points: readonly { readonly x: number; readonly low: number; readonly high: number }[]) =>
    `${path(points.map((point) => [point.x, point.high]))}${path([...points].reverse().map((point) => [point.x, point.low])).replace("M", "L")}Z`;
  const parts = [
    ...(range
      ? [
          element(
            "rect",
            {
              x: x(range.ends[0]),
              y: top,
              width: Math.max(1, x(range.ends[1]) - x(range.ends[0])),
              height: bottom - top,
              fill: palette.accent,
              "fill-opacity": 0.12,
            },
            title(range.name),
          ),
        ]
      : []),
    ...y
      .ticks(4)
      .flatMap((tick) => [
        element("line", { x1: left, x2: right, y1: y(tick), y2: y(tick), stroke: palette.line, "stroke-width": 0.6 }),
        say({ x: left - 4, y: y(tick) + 3, anchor: "end" }, number(tick)),
      ]),
    ...xTicks.map((tick) => say({ x: x(tick), y: bottom + 11, anchor: "middle" }, number(tick))),
    ...(band
      ? [element("path", { d: area(band.points), fill: palette.faint, "fill-opacity": 0.22 }, title(band.name))]
      : []),
    ...marks.map((mark) =>
      element(
        "line",
        { x1: x(mark.x), x2: x(mark.x), y1: top, y2: bottom, stroke: palette.accent, "stroke-dasharray": "2 3" },
        title(mark.name),
      ),
    ),
    ...lines.flatMap(({ points }, i) => {
      const { colour, dash } = seriesLook(palette, i);
      const finite = points.filter((point) => Number.isFinite(point.y));
      const whole = finite.flatMap((point) =>
        point.interval ? [{ x: point.x, low: point.interval[0], high: point.interval[1] }] : [],
      );
      return [
        ...(whole.length > 1 ? [element("path", { d: area(whole), fill: colour, "fill-opacity": 0.14 })] : []),
        element("path", {
          d: path(finite.map((point) => [point.x, point.y])),
          fill: "none",
          stroke: colour,
          "stroke-width": 1.4,
          "stroke-dasharray": dash.join(" ") || undefined,
        }),
        ...finite.map((point) =>
          element(
            "circle",
            { cx: x(point.x), cy: y(point.y), r: 2.6, fill: colour, "data-x": point.x },
            title(point.says ?? `${number(point.x)}: ${number(point.y)}`),
          ),
        ),
      ];
    }),
    say({ x: (left + right) / 2, y: bottom + 24, anchor: "middle" }, xTitle),
  ];
  const key = legend(plot, palette, width);
  const said = brokenLines([yTitle, caption].filter(Boolean).join(" · "), width - 8);
  const below = plotHeight + key.height;
  const height = below + said.length * LINE + 6;
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
    ...parts,
    element("g", { transform: `translate(0 ${plotHeight})` }, ...key.parts),
    ...said.map((line, i) => say({ x: 4, y: below + LINE * (i + 0.8) }, line)),
  );
}

/** Of no values, and of zeros alone, 0 to 1; of one value one on each side of it. */
function ends(values: readonly number[]): [number, number] {
  if (values.every((value) => value === 0)) return [0, 1];
  const low = values.reduce((a, b) => Math.min(a, b));
  const high = values.reduce((a, b) => Math.max(a, b));
  return low === high ? [low - 1, high + 1] : [low, high];
}

function legend({ lines, band, range }: ValuePlot, palette: Look["palette"], width: number) {
  const swatch = 22;
  const entries = [
    ...lines.map(({ name }, i) => {
      const { colour, dash } = seriesLook(palette, i);
      const look = { stroke: colour, "stroke-width": 1.6, "stroke-dasharray": dash.join(" ") || undefined };
      return { name, mark: element("line", { x1: 0, x2: swatch, y1: -3, y2: -3, ...look }) };
    }),
    ...(band
      ? [
          {
            name: band.name,
            mark: element("rect", { y: -7, width: swatch, height: 8, fill: palette.faint, "fill-opacity": 0.22 }),
          },
        ]
      : []),
    ...(range
      ? [
          {
            name: range.name,
            mark: element("rect", { y: -7, width: swatch, height: 8, fill: palette.accent, "fill-opacity": 0.2 }),
          },
        ]
      : []),
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
