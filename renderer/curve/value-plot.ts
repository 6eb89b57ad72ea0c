// Lines over a value: intervals, what chance gives, the range in which little else changes, a bound; for page and paper.
import { type ScaleContinuousNumeric, scaleLinear, scaleLog } from "d3-scale";
import { least, greatest } from "../../engine/base/greatest.ts";
import { framed, marked, type PlotNumber, rungs } from "../graph/frame.ts";
import { textWidth } from "../graph/lettering.ts";
import { element, text, title } from "../graph/svg.ts";
import type { Look } from "../export/sheet.ts";
import type { Palette } from "../look/palette.ts";
import { plotLegend } from "./plot-legend.ts";
import { CHANCE_DASH, ringRadius, seriesLook } from "./series-look.ts";

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
  /** Many points are a line alone. */
  readonly bare?: boolean;
  /** What chance gives in place of this line. */
  readonly chance?: { readonly name: string; readonly points: readonly PlotPoint[] };
}

export interface ValuePlot {
  readonly lines: readonly PlotLine[];
  /** Points that no line joins, a ring around each, the next larger than the last. */
  readonly rings?: readonly { readonly name: string; readonly point: PlotPoint }[];
  /** What chance gives, by x. */
  readonly band?: {
    readonly name: string;
    readonly points: readonly { readonly x: number; readonly low: number; readonly high: number }[];
  };
  /** Where little else changes. */
  readonly range?: { readonly name: string; readonly ends: readonly [number, number] };
  /** Upright lines. */
  readonly marks: readonly { readonly name: string; readonly x: number }[];
  /** A line across. */
  readonly bound?: { readonly name: string; readonly y: number };
  /** Whether x counts something, such as layers, so that only whole numbers are marked. */
  readonly counts?: boolean;
  /** Whether equal ratios of x are equally far apart; the values of x are above 0 then. */
  readonly logarithmic?: boolean;
  /** The values of x that are marked, where they are not to be chosen here. */
  readonly ticks?: readonly number[];
  /** Such as "layer 3"; the number itself where nothing is said. */
  readonly xName?: (x: number) => string;
  /** Ends of the upright axis, where values have them by nature. */
  readonly yEnds?: readonly [number, number];
  readonly xTitle: string;
  readonly yTitle: string;
  readonly caption?: string;
  readonly number: PlotNumber;
  /** Points, of the plot without its words. */
  readonly height?: number;
}

/** Points. */
const usualHeight = 150;
const gap = { left: 44, right: 12, top: 10, bottom: 34 };

interface Axes {
  readonly x: ScaleContinuousNumeric<number, number>;
  readonly y: ScaleContinuousNumeric<number, number>;
  readonly palette: Palette;
}

/** Dots carry their x as `data-x`, so that a page can be clicked. */
export function valuePlot(plot: ValuePlot, look: Look): string {
  const { palette, width } = look;
  const { lines, rings = [], range, marks, xTitle, yTitle, caption, number, xName = number } = plot;
  const plotHeight = plot.height ?? usualHeight;
  const axes: Axes = { ...scalesOf(plot, width, plotHeight), palette };
  const { x, y } = axes;
  const [left, right] = x.range() as [number, number];
  const [bottom, top] = y.range() as [number, number];
  const xTicks = ticksOf(plot, x, width);
  const xMarked = marked(xTicks, number);
  const middle = (at: number, down: number, content: string) =>
    text({ x: at, y: bottom + down, "text-anchor": "middle", fill: palette.faint }, content);
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
    ...rungs(y, { ticks: y.ticks(4), ends: [left, right], palette, number }),
    ...xTicks.map((tick) => {
      const name = (plot.xName ?? xMarked)(tick);
      // A name at the edge moves inwards.
      const half = textWidth(name) / 2;
      return middle(Math.min(Math.max(x(tick), half), width - half), 11, name);
    }),
    ...(plot.band
      ? [
          element(
            "path",
            { d: area(axes, plot.band.points), fill: palette.faint, "fill-opacity": 0.22 },
            title(plot.band.name),
          ),
        ]
      : []),
    ...marks.map((mark) =>
      element(
        "line",
        { x1: x(mark.x), x2: x(mark.x), y1: top, y2: bottom, stroke: palette.accent, "stroke-dasharray": "2 3" },
        title(mark.name),
      ),
    ),
    ...(plot.bound
      ? [
          element(
            "line",
            {
              x1: left,
              x2: right,
              y1: y(plot.bound.y),
              y2: y(plot.bound.y),
              stroke: palette.danger,
              "stroke-dasharray": "5 4",
            },
            title(plot.bound.name),
          ),
        ]
      : []),
    ...lines.flatMap((line, i) => drawnLine(axes, line, i, (point) => `${xName(point.x)}: ${number(point.y)}`)),
    ...rings.map(({ name, point }, i) =>
      element(
        "circle",
        { cx: x(point.x), cy: y(point.y), r: ringRadius(i), fill: "none", stroke: palette.ink, "stroke-width": 1.2 },
        title(point.says ?? `${name}: ${number(point.y)}`),
      ),
    ),
    middle((left + right) / 2, 24, xTitle),
  ];
  const key = plotLegend(plot, palette, width);
  return framed(
    look,
    { width, height: plotHeight + key.height, said: [yTitle, caption] },
    ...parts,
    element("g", { transform: `translate(0 ${plotHeight})` }, ...key.parts),
  );
}

function drawnLine(
  axes: Axes,
  { points, chance, bare }: PlotLine,
  index: number,
  says: (point: PlotPoint) => string,
): string[] {
  const { x, y, palette } = axes;
  const { colour, dash } = seriesLook(palette, index);
  const finite = points.filter((point) => Number.isFinite(point.y));
  const whole = finite.flatMap((point) =>
    point.interval ? [{ x: point.x, low: point.interval[0], high: point.interval[1] }] : [],
  );
  const line = { fill: "none", stroke: colour };
  return [
    ...(whole.length > 1 ? [element("path", { d: area(axes, whole), fill: colour, "fill-opacity": 0.14 })] : []),
    ...(chance
      ? [
          element(
            "path",
            {
              ...line,
              d: path(
                axes,
                chance.points.map((point) => [point.x, point.y]),
              ),
              "stroke-width": 0.8,
              "stroke-dasharray": CHANCE_DASH,
            },
            title(chance.name),
          ),
        ]
      : []),
    element("path", {
      ...line,
      d: path(
        axes,
        finite.map((point) => [point.x, point.y]),
      ),
      "stroke-width": 1.4,
      "stroke-dasharray": dash.join(" ") || undefined,
    }),
    ...(bare ? [] : finite).map((point) =>
      element(
        "circle",
        { cx: x(point.x), cy: y(point.y), r: 2.6, fill: colour, "data-x": point.x },
        title(point.says ?? says(point)),
      ),
    ),
  ];
}

function scalesOf(plot: ValuePlot, width: number, height: number): Pick<Axes, "x" | "y"> {
  const { lines, rings = [], band, marks, bound, yEnds } = plot;
  const points = [
    ...lines.flatMap((line) => [...line.points, ...(line.chance?.points ?? [])]),
    ...rings.map(({ point }) => point),
  ];
  const xs = [...points.map(({ x }) => x), ...marks.map((mark) => mark.x)].filter(Number.isFinite);
  const ys = [
    0,
    ...(bound ? [bound.y] : []),
    ...points.flatMap(({ y, interval }) => [y, ...(interval ?? [])]),
    ...(band?.points.flatMap(({ low, high }) => [low, high]) ?? []),
  ].filter(Number.isFinite);
  const across = [gap.left, width - gap.right];
  const up = [height - gap.bottom, gap.top];
  return {
    x: plot.logarithmic ? scaleLog(logarithmicEnds(xs), across) : scaleLinear(ends(xs), across),
    y: yEnds ? scaleLinear([...yEnds], up) : scaleLinear(ends(ys), up).nice(),
  };
}

function ticksOf(plot: ValuePlot, x: Axes["x"], width: number): readonly number[] {
  if (plot.ticks) return plot.ticks;
  const few = width < 300 ? 5 : 9;
  // A logarithmic axis gives 1, 2, 3, … of each power of ten; these alone stand apart on any width.
  const chosen = plot.logarithmic ? x.ticks(few).filter((tick) => /^[125]/.test(tick.toExponential())) : x.ticks(few);
  return plot.counts ? chosen.filter(Number.isInteger) : chosen;
}

function path({ x, y }: Axes, points: readonly (readonly [number, number])[]): string {
  return points.map(([px, py], i) => `${i === 0 ? "M" : "L"}${x(px).toFixed(1)},${y(py).toFixed(1)}`).join("");
}

function area(
  axes: Axes,
  points: readonly { readonly x: number; readonly low: number; readonly high: number }[],
): string {
  const over = path(
    axes,
    points.map(({ x, high }) => [x, high]),
  );
  const under = path(
    axes,
    [...points].reverse().map(({ x, low }) => [x, low]),
  );
  return `${over}${under.replace("M", "L")}Z`;
}

/** Of no values, and of zeros alone, 0 to 1; of one value one on each side of it. */
function ends(values: readonly number[]): [number, number] {
  if (values.every((value) => value === 0)) return [0, 1];
  const [low, high] = [least(values), greatest(values)];
  return low === high ? [low - 1, high + 1] : [low, high];
}

/** Of no values 1 to 10; of one value half and twice as much. */
function logarithmicEnds(values: readonly number[]): [number, number] {
  if (values.length === 0) return [1, 10];
  const [low, high] = [least(values), greatest(values)];
  return low === high ? [low / 2, low * 2] : [low, high];
}
