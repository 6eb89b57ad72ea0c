// The frame of every drawing: its size, ground and letters, the words beneath what is drawn, and the lines of an upright axis.
import { greatest } from "../../engine/base/greatest.ts";
import type { ScaleContinuousNumeric } from "d3-scale";
import type { Look } from "../export/sheet.ts";
import type { Palette } from "../look/palette.ts";
import { brokenLines, FONTS, LINE, TEXT } from "./lettering.ts";
import { element, text } from "./svg.ts";

type Ground = Pick<Look, "palette" | "background">;

interface Size {
  /** Points. */
  readonly width: number;
  readonly height: number;
}

/** The root of a drawing. */
export function sheet({ background }: Pick<Look, "background">, size: Size, ...parts: readonly string[]): string {
  const [width, height] = [Math.round(size.width), Math.ceil(size.height)];
  return element(
    "svg",
    {
      xmlns: "http://www.w3.org/2000/svg",
      viewBox: `0 0 ${width} ${height}`,
      width,
      height,
      "font-family": FONTS,
      "font-size": TEXT,
    },
    ...(background === undefined ? [] : [element("rect", { width, height, fill: background })]),
    ...parts,
  );
}

interface Framed extends Size {
  /** Words beneath, broken into lines; what is undefined is left out. */
  readonly said: readonly (string | undefined)[];
  /** Where these begin. */
  readonly left?: number;
}

/** A drawing with words beneath it. @param framed `height` is that of what is drawn */
export function framed(ground: Ground, { width, height, said, left = 4 }: Framed, ...parts: readonly string[]): string {
  const lines = brokenLines(said.filter(Boolean).join(" · "), width - left - 4);
  const beneath = lines.length === 0 ? 0 : lines.length * LINE + 6;
  return sheet(
    ground,
    { width, height: height + beneath },
    ...parts,
    ...lines.map((line, i) => text({ x: left, y: height + LINE * (i + 0.8), fill: ground.palette.faint }, line)),
  );
}

interface Rungs {
  readonly ticks: readonly number[];
  readonly ends: readonly [left: number, right: number];
  readonly palette: Palette;
  readonly number: PlotNumber;
}

/** A value as text; with so many decimals, where its place asks for them. */
export type PlotNumber = (value: number, digits?: number) => string;

/** Marks of one axis are written with as many decimals as the one that needs most. */
export function marked(ticks: readonly number[], number: PlotNumber): (tick: number) => string {
  const digits = greatest(
    ticks.map((tick) => /\.(\d+)$/.exec(String(Number(tick.toFixed(9))))?.[1].length ?? 0),
    0,
  );
  return (tick) => number(tick, digits);
}

/** A line across for each value of an upright axis, with the value at its left; zero is the stronger one where sums begin there. */
export function rungs(
  y: ScaleContinuousNumeric<number, number>,
  { ticks, ends: [left, right], palette, number }: Rungs,
  isStrong: (value: number) => boolean = () => false,
): string[] {
  const said = marked(ticks, number);
  return ticks.flatMap((tick) => [
    element("line", {
      x1: left,
      x2: right,
      y1: y(tick),
      y2: y(tick),
      stroke: palette.line,
      "stroke-width": isStrong(tick) ? 1.2 : 0.6,
    }),
    text({ x: left - 4, y: y(tick) + 3, "text-anchor": "end", fill: palette.faint }, said(tick)),
  ]);
}
