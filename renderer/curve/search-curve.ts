// The curve of a search, for page and paper: f by the units kept, the criterion's second half under it, and the bounds of both.
import { scaleLinear, type ScaleLinear } from "d3-scale";
import { framed, type PlotNumber, rungs } from "../graph/frame.ts";
import { textWidth } from "../graph/lettering.ts";
import { element, text, title } from "../graph/svg.ts";
import type { Palette } from "../look/palette.ts";
import type { Bounds, PathPoint, SearchPath } from "./search-path.ts";

export interface SearchCurve {
  readonly path: SearchPath;
  readonly bounds: Bounds;
  /** f on held-out examples, by units kept, as far as it was measured. */
  readonly heldOut: readonly { readonly kept: number; readonly f: number }[];
  readonly words: CurveWords;
  readonly number: PlotNumber;
  readonly count: (value: number) => string;
}

export interface CurveWords {
  readonly kept: string;
  readonly accepted: string;
  readonly rejected: string;
  readonly heldOut: string;
  readonly bounds: string;
  readonly accuracy: string;
  readonly kl: string;
  readonly caption?: string;
}

export interface CurveSize {
  /** Points. */
  readonly width: number;
  readonly height: number;
}

/** Where values lie, points: for the drawing, and for what a page lays over it. */
export interface CurveLayout extends CurveSize {
  /** The full model at the left. */
  readonly x: ScaleLinear<number, number>;
  readonly f: ScaleLinear<number, number>;
  /** Of the second half; undefined where nothing of it is known. */
  readonly second: ScaleLinear<number, number> | undefined;
}

const gap = { left: 34, right: 30, top: 8, bottom: 34, between: 10 };
/** Of the second half's panel, of all height. */
const secondShare = 0.28;

/** @param threshold of the next run, which must be seen too */
export function curveLayout(curve: SearchCurve, { width, height }: CurveSize, threshold?: number): CurveLayout {
  const { path, bounds, heldOut } = curve;
  const accepted = path.accepted.flat();
  const kept = [...accepted, ...path.rejected].map((point) => point.kept);
  const most = kept.reduce((a, b) => Math.max(a, b), 1);
  const least = kept.reduce((a, b) => Math.min(a, b), most);
  const x = scaleLinear([most, least === most ? most - 1 : least], [gap.left, width - gap.right]);
  const seconds = accepted.flatMap(({ second }) => (second === undefined ? [] : [second]));
  const hasSecond = bounds.second !== undefined && seconds.length > 0;
  const room = height - gap.top - gap.bottom;
  const secondRoom = hasSecond ? room * secondShare : 0;
  const fBottom = height - gap.bottom - secondRoom - (hasSecond ? gap.between : 0);
  // Rejected trials may lie anywhere: they do not stretch the axis, those outside stand at its edge.
  const shown = [
    1,
    bounds.f[0],
    ...(bounds.f[1] === undefined ? [] : [bounds.f[1]]),
    ...(threshold === undefined ? [] : [threshold]),
    ...accepted.map(({ f }) => f),
    ...heldOut.map(({ f }) => f),
  ].filter(Number.isFinite);
  const low = shown.reduce((a, b) => Math.min(a, b));
  const high = shown.reduce((a, b) => Math.max(a, b));
  const margin = Math.max(0.02, (high - low) * 0.12);
  const f = scaleLinear([low - margin, high + margin], [fBottom, gap.top]);
  if (!hasSecond) return { width, height, x, f, second: undefined };
  const { half, bound } = bounds.second!;
  const values = [...seconds, ...(bound === undefined ? [] : [bound]), half === "accuracy" ? 1 : 0];
  const ends = [values.reduce((a, b) => Math.min(a, b)), values.reduce((a, b) => Math.max(a, b))] as const;
  const spread = Math.max(0.01, (ends[1] - ends[0]) * 0.15);
  const second = scaleLinear([ends[0] - spread, ends[1] + spread], [height - gap.bottom, fBottom + gap.between]);
  return { width, height, x, f, second };
}

/** SVG text; the shown step and a threshold that can be dragged are laid over it by the page. */
export function drawCurve(curve: SearchCurve, layout: CurveLayout, palette: Palette, background?: string): string {
  const { path, bounds, heldOut, words, number, count } = curve;
  const { width, height, x, f, second } = layout;
  const [left, right] = x.range() as [number, number];
  const say = (at: { readonly x: number; readonly y: number; readonly anchor?: string }, content: string) =>
    text({ x: at.x, y: at.y, "text-anchor": at.anchor, fill: palette.faint }, content);
  const level = (y: number, stroke: string, dash?: string) =>
    element("line", {
      x1: left,
      x2: right,
      y1: y,
      y2: y,
      stroke,
      "stroke-width": dash ? 1 : 0.5,
      "stroke-dasharray": dash,
    });
  const [fLow, fHigh] = f.range() as [number, number];
  const inside = (value: number) => Math.max(fHigh, Math.min(fLow, f(value)));
  const dots = (points: readonly PathPoint[], y: (point: PathPoint) => number) =>
    points.map((point) => `M${place(x(point.kept))},${place(y(point))}h0`).join("");
  const line = (points: readonly (readonly [number, number])[]) =>
    points.map(([px, py], i) => `${i === 0 ? "M" : "L"}${place(px)},${place(py)}`).join("");
  const round = { fill: "none", "stroke-linecap": "round", "stroke-linejoin": "round" } as const;
  const accepted = path.accepted.flatMap((points, i) => {
    const isLast = i === path.accepted.length - 1;
    const look = { ...round, stroke: palette.accent, "stroke-opacity": isLast ? undefined : 0.4 };
    return [
      element("path", { ...look, d: line(points.map((point) => [x(point.kept), f(point.f)])), "stroke-width": 1.4 }),
      element("path", { ...look, d: dots(points, (point) => f(point.f)), "stroke-width": 3.6 }),
    ];
  });
  const held = [...heldOut].sort((a, b) => b.kept - a.kept);
  const heldLook = { ...round, stroke: palette.series[1] };
  return framed(
    { palette, background },
    { width, height, said: [words.caption] },
    ...rungs(f, { ticks: f.ticks(4), ends: [left, right], palette, number }),
    say({ x: 2, y: (fLow + fHigh) / 2 + 3 }, "f"),
    level(f(bounds.f[0]), palette.danger, "5 4"),
    ...(bounds.f[1] === undefined ? [] : [level(f(bounds.f[1]), palette.danger, "5 4")]),
    element(
      "path",
      {
        ...round,
        d: dots(path.rejected, (point) => inside(point.f)),
        stroke: palette.faint,
        "stroke-opacity": 0.55,
        "stroke-width": 3.2,
      },
      title(words.rejected),
    ),
    ...accepted,
    ...(held.length === 0
      ? []
      : [
          element("path", {
            ...heldLook,
            d: line(held.map((point) => [x(point.kept), inside(point.f)])),
            "stroke-width": 1.4,
            "stroke-dasharray": "7 3",
          }),
          ...held.map((point) =>
            element(
              "rect",
              {
                x: x(point.kept) - 2.2,
                y: inside(point.f) - 2.2,
                width: 4.4,
                height: 4.4,
                fill: palette.series[1],
              },
              title(`${words.heldOut}: ${number(point.f)}`),
            ),
          ),
        ]),
    ...(second ? secondHalf(curve, layout, second, palette, { level, say, dots, line }) : []),
    ...x
      .ticks(width < 320 ? 5 : 9)
      .filter(Number.isInteger)
      .map((tick) => say({ x: x(tick), y: height - gap.bottom + 11, anchor: "middle" }, count(tick))),
    say({ x: (left + right) / 2, y: height - gap.bottom + 21, anchor: "middle" }, words.kept),
    legend(curve, palette, width, height - 2),
  );
}

interface Pens {
  readonly level: (y: number, stroke: string, dash?: string) => string;
  readonly say: (at: { readonly x: number; readonly y: number; readonly anchor?: string }, content: string) => string;
  readonly dots: (points: readonly PathPoint[], y: (point: PathPoint) => number) => string;
  readonly line: (points: readonly (readonly [number, number])[]) => string;
}

function secondHalf(
  { path, bounds, words, number }: SearchCurve,
  { x }: CurveLayout,
  y: ScaleLinear<number, number>,
  palette: Palette,
  { level, say, dots, line }: Pens,
): string[] {
  const { half, bound } = bounds.second!;
  const [left, right] = x.range() as [number, number];
  const [low, high] = y.range() as [number, number];
  const name = half === "accuracy" ? words.accuracy : words.kl;
  return [
    ...rungs(y, { ticks: y.ticks(2), ends: [left, right], palette, number }),
    ...(bound === undefined ? [] : [level(y(bound), palette.danger, "5 4")]),
    ...path.accepted.flatMap((points, i) => {
      const known = points.filter(({ second }) => second !== undefined);
      const look = {
        fill: "none",
        stroke: palette.accent,
        "stroke-linecap": "round",
        "stroke-opacity": i === path.accepted.length - 1 ? undefined : 0.4,
      };
      return [
        element("path", {
          ...look,
          d: line(known.map((point) => [x(point.kept), y(point.second!)])),
          "stroke-width": 1,
        }),
        element("path", { ...look, d: dots(known, (point) => y(point.second!)), "stroke-width": 2.6 }),
      ];
    }),
    say({ x: left + 2, y: high + (low - high) / 2 - 2 }, name),
  ];
}

function legend({ heldOut, path, words }: SearchCurve, palette: Palette, width: number, y: number): string {
  const stroke = (colour: string, dash?: string) =>
    element("line", { x2: 16, y1: -3, y2: -3, stroke: colour, "stroke-width": 1.5, "stroke-dasharray": dash });
  const entries = [
    { mark: stroke(palette.accent), name: words.accepted },
    ...(path.rejected.length > 0
      ? [{ mark: element("circle", { cx: 8, cy: -3, r: 1.6, fill: palette.faint }), name: words.rejected }]
      : []),
    ...(heldOut.length > 0 ? [{ mark: stroke(palette.series[1]!, "7 3"), name: words.heldOut }] : []),
    { mark: stroke(palette.danger, "5 4"), name: words.bounds },
  ];
  const wide = entries.reduce((sum, { name }) => sum + 30 + textWidth(name), 0);
  let at = Math.max(2, (width - wide) / 2);
  const parts = entries.map(({ mark, name }) => {
    const own = element(
      "g",
      { transform: `translate(${place(at)} ${place(y)})` },
      mark,
      text({ x: 19, fill: palette.ink }, name),
    );
    at += 30 + textWidth(name);
    return own;
  });
  return element("g", { id: "legend" }, ...parts);
}

const place = (value: number): string => String(Math.round(value * 100) / 100);

/** Index into the timeline of the accepted circuit that lies nearest to a place, points. */
export function nearestStep({ path }: SearchCurve, { x, f }: CurveLayout, px: number, py: number): number | undefined {
  let [best, least]: [number | undefined, number] = [undefined, Infinity];
  for (const { at, kept, f: value } of [...path.accepted.flat(), ...path.rejected]) {
    const away = Math.hypot(x(kept) - px, (f(value) - py) / 2);
    if (at !== undefined && away < least) [best, least] = [at, away];
  }
  return best;
}
