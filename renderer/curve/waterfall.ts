// A sum as steps from part to part: each bar begins where the one before it ended; for page and paper.
import { scaleLinear } from "d3-scale";
import { framed, type PlotNumber, rungs } from "../graph/frame.ts";
import { element, text, title } from "../graph/svg.ts";
import type { Look } from "../export/sheet.ts";

export interface Waterfall {
  readonly parts: readonly {
    readonly name: string;
    /** Written below the bar; undefined where its neighbour's name serves it too. */
    readonly label?: string;
    readonly adds: number;
    readonly kind: "first" | "second" | "other";
  }[];
  /** What the two kinds are. */
  readonly kinds: { readonly first: string; readonly second: string };
  readonly yTitle: string;
  readonly caption?: string;
  readonly number: PlotNumber;
}

/** Points. */
const plotHeight = 170;
const gap = { left: 40, right: 8, top: 10, bottom: 22 };

export function waterfall({ parts, kinds, yTitle, caption, number }: Waterfall, look: Look): string {
  const { palette, width } = look;
  let sum = 0;
  const steps = parts.map((part) => {
    const from = sum;
    sum += part.adds;
    return { ...part, from, to: sum };
  });
  const ends = steps.flatMap(({ from, to }) => [from, to]);
  const least = ends.reduce((a, b) => Math.min(a, b), 0);
  const most = ends.reduce((a, b) => Math.max(a, b), 0);
  const y = scaleLinear([least, least === most ? 1 : most], [plotHeight - gap.bottom, gap.top]).nice();
  const each = (width - gap.left - gap.right) / Math.max(1, steps.length);
  const fillOf = { first: palette.series[0], second: palette.series[1], other: palette.faint };
  const labels = steps.map(({ label }, i) => ({ label, x: gap.left + each * (i + 0.5) }));
  /** Labels that would run into the one before them are left out. */
  let free = 0;
  const shown = labels.filter(({ label, x }) => {
    if (label === undefined || x - label.length * 2.5 < free) return false;
    free = x + label.length * 2.5 + 4;
    return true;
  });
  const swatch = (x: number, fill: string | undefined, name: string) => [
    element("rect", { x, y: plotHeight + 2, width: 12, height: 8, fill }),
    text({ x: x + 16, y: plotHeight + 9, fill: palette.ink }, name),
  ];
  return framed(
    look,
    { width, height: plotHeight + 16, said: [yTitle, caption] },
    ...rungs(y, { ticks: y.ticks(5), ends: [gap.left, width - gap.right], palette, number }, (value) => value === 0),
    ...steps.map(({ from, to, kind, name, adds }, i) =>
      element(
        "rect",
        {
          x: gap.left + each * i + each * 0.1,
          y: Math.min(y(from), y(to)),
          width: each * 0.8,
          height: Math.max(0.8, Math.abs(y(from) - y(to))),
          fill: fillOf[kind],
        },
        title(`${name}: ${number(adds)}`),
      ),
    ),
    ...shown.map(({ label, x }) =>
      text({ x, y: plotHeight - gap.bottom + 11, "text-anchor": "middle", fill: palette.faint }, label!),
    ),
    ...swatch(gap.left, fillOf.first, kinds.first),
    ...swatch(gap.left + (width - gap.left) / 2, fillOf.second, kinds.second),
  );
}
