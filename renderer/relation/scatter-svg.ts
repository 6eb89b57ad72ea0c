// Shares against shares, each point with its name beside the plot, joined by a line; for page and paper.
import { greatest } from "../../engine/base/greatest.ts";
import type { Look } from "../export/sheet.ts";
import { framed } from "../graph/frame.ts";
import { textWidth } from "../graph/lettering.ts";
import { element, text, title } from "../graph/svg.ts";
import { nameStep, placed, type Point } from "./scatter.ts";

export interface Scatter {
  readonly points: readonly Point[];
  readonly xTitle: string;
  readonly yTitle: string;
  /** The point that is looked at. */
  readonly chosen?: string | undefined;
  readonly caption?: string;
  readonly number: (value: number) => string;
}

/** Points. */
const frame = { left: 34, top: 18 };
const largest = 240;
const MARKS = [0, 0.25, 0.5, 0.75, 1];

export function scatter({ points, xTitle, yTitle, chosen, caption, number }: Scatter, look: Look): string {
  const { palette, width } = look;
  const names = greatest(
    points.map(({ name }) => textWidth(name)),
    0,
  );
  const side = Math.max(90, Math.min(largest, width - frame.left - names - 30));
  const spots = placed(points, { ...frame, side });
  const [right, bottom] = [frame.left + side, frame.top + side];
  const height = Math.max(bottom + 30, (spots.at(-1)?.nameY ?? 0) + nameStep);
  const grid = { stroke: palette.line, "stroke-width": 0.6 };
  return framed(
    look,
    { width, height, said: [caption] },
    text({ x: 4, y: 9, fill: palette.faint }, yTitle),
    ...MARKS.flatMap((mark) => {
      const [x, y] = [frame.left + mark * side, bottom - mark * side];
      return [
        element("line", { x1: x, x2: x, y1: frame.top, y2: bottom, ...grid }),
        element("line", { x1: frame.left, x2: right, y1: y, y2: y, ...grid }),
        text({ x, y: bottom + 11, "text-anchor": "middle", fill: palette.faint }, number(mark)),
        text({ x: frame.left - 4, y: y + 3, "text-anchor": "end", fill: palette.faint }, number(mark)),
      ];
    }),
    text({ x: frame.left + side / 2, y: bottom + 23, "text-anchor": "middle", fill: palette.faint }, xTitle),
    ...spots.flatMap(({ name, x, y, cx, cy, nameY }) => {
      const isChosen = name === chosen;
      return [
        element("line", { x1: cx, y1: cy, x2: right + 10, y2: nameY, stroke: palette.faint, "stroke-width": 0.4 }),
        element(
          "circle",
          {
            cx,
            cy,
            r: isChosen ? 4.5 : 3,
            fill: palette.accent,
            "fill-opacity": isChosen ? 1 : 0.45,
            stroke: palette.accent,
          },
          title(`${name}: ${number(x)}, ${number(y)}`),
        ),
        text({ x: right + 13, y: nameY + 3, fill: palette.ink, "font-weight": isChosen ? 650 : undefined }, name),
      ];
    }),
  );
}
