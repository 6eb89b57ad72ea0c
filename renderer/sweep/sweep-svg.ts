// The matrix of a sweep as an SVG of its own, for papers and slides: in each cell the mean, and its interval beneath.
import { greatest } from "../../engine/base/greatest.ts";
import type { Look } from "../export/sheet.ts";
import { framed } from "../graph/frame.ts";
import { LINE, textWidth } from "../graph/lettering.ts";
import { element, text } from "../graph/svg.ts";
import { isDarkGround } from "../look/ground.ts";
import { amountScale, PALETTES } from "../look/palette.ts";
import { shadesOf, type SweepMatrix } from "./sweep-matrix.ts";

export interface SweepPicture {
  readonly matrix: SweepMatrix;
  readonly rowTitle: string;
  readonly columnTitle: string;
  /** What the cells hold, beneath them. */
  readonly caption: string;
  readonly number: (value: number) => string;
}

/** Points. */
const height = 25;
const widest = 110;

export function sweepSvg(picture: SweepPicture, look: Look): string {
  const { palette, width: room } = look;
  const { matrix, rowTitle, columnTitle, caption, number } = picture;
  const { rows, columns, cells } = matrix;
  const shade = shadesOf(matrix);
  const colour = amountScale(palette, 1);
  const left = Math.ceil(greatest([rowTitle, ...rows].map((name) => textWidth(name)))) + 10;
  const cellWidth = Math.min(widest, (room - left - 4) / Math.max(1, columns.length));
  const top = 2 * LINE + 6;
  const below = top + height * rows.length;
  const centred = (x: number, y: number, content: string, fill: string) =>
    text({ x, y, "text-anchor": "middle", fill }, content);
  const drawn = cells.flatMap((row, r) =>
    row.flatMap((cell, c) => {
      if (!cell) return [];
      const [x, y] = [left + cellWidth * c, top + height * r];
      const middle = x + (cellWidth - 1) / 2;
      const ground = cell.figure ? colour(shade(cell.figure.mean)) : palette.panel;
      const ink = isDarkGround(ground) ? PALETTES.dark.ink : PALETTES.light.ink;
      const { mean, interval } = cell.figure ?? {};
      return [
        element("rect", { x, y, width: cellWidth - 1, height: height - 1, fill: ground, stroke: palette.line }),
        centred(middle, y + 11, mean === undefined ? "–" : number(mean), ink),
        ...(interval ? [centred(middle, y + 20, `${number(interval[0])} – ${number(interval[1])}`, ink)] : []),
      ];
    }),
  );
  return framed(
    look,
    { width: room, height: below + 8, said: [caption] },
    text({ x: left, y: LINE - 1, fill: palette.faint }, columnTitle),
    text({ x: left - 6, y: 2 * LINE, "text-anchor": "end", fill: palette.faint }, rowTitle),
    ...columns.map((column, c) => centred(left + cellWidth * (c + 0.5), 2 * LINE, column, palette.ink)),
    ...rows.map((row, r) =>
      text({ x: left - 6, y: top + height * r + 15, "text-anchor": "end", fill: palette.ink }, row),
    ),
    ...drawn,
  );
}
