// A map of words as an SVG of its own, for papers and slides: the cells with their words, a scale, what it is of.
import { greatest } from "../../engine/base/greatest.ts";
import { amountScale, PALETTES, signedScale } from "../look/palette.ts";
import type { Look } from "../export/sheet.ts";
import { framed } from "../graph/frame.ts";
import { LINE, TEXT, textWidth } from "../graph/lettering.ts";
import { element, text } from "../graph/svg.ts";
import { isDarkGround } from "../look/ground.ts";
import type { WordMapGrid } from "./word-map.ts";

export interface WordMapPicture {
  readonly grid: WordMapGrid;
  /** Values run from −1 to 1. */
  readonly signed: boolean;
  /** What rows and columns are. */
  readonly rowTitle: string;
  readonly columnTitle: string;
  /** What it is of, below the cells. */
  readonly caption: string;
  /** What the colour says. */
  readonly scale: string;
  /** Values at the ends of the colours, the lower one of signed maps alone; −1 or 0, and 1, where nothing is said. */
  readonly ends?: readonly [string, string];
}

/** Points: of a cell, and of the narrowest one, which holds two letters. */
const height = 13;
const narrowest = 14;
const longest = 12;
const letter = 0.62 * TEXT;

/** Columns are as wide as their words, and where they have too little room for that as wide as the sheet lets them be. */
export function wordMapSvg(picture: WordMapPicture, look: Look): string {
  const { palette, width: room } = look;
  const { grid, signed, caption, scale, rowTitle, columnTitle, ends = ["−1", "1"] } = picture;
  const colour = signed ? signedScale(palette, 1) : amountScale(palette, 1);
  const left =
    Math.ceil(
      greatest(
        grid.rows.map((row) => textWidth(row)),
        textWidth(rowTitle),
      ),
    ) + 8;
  const wanted = grid.columns.map((column, c) => {
    const words = [column, ...grid.cells.map((row) => row[c]?.text ?? "")];
    const most = greatest(
      words.map(({ length }) => Math.min(length, longest)),
      3,
    );
    return Math.ceil(most * letter) + 6;
  });
  const each = Math.max(narrowest, (room - left - 4) / grid.columns.length);
  const widths = sum(wanted) <= room - left - 4 ? wanted : wanted.map((own) => Math.min(own, each));
  const starts = widths.map((_, c) => left + sum(widths.slice(0, c)));
  const width = Math.max(left + sum(widths) + 4, room);
  // Names that their columns have no room for stand upright.
  const upright = grid.columns.some((column, c) => Math.min(column.length, longest) * letter > widths[c]! - 2);
  const names = grid.columns.map((column) => (upright ? cut(column, longest * letter + 2) : column));
  const top =
    LINE +
    (upright
      ? greatest(
          names.map((name) => name.length * letter + 6),
          height,
        )
      : height);
  const below = top + height * grid.rows.length;
  const word = (c: number, y: number, content: string, fill: string, isStruck = false) =>
    text(
      {
        "text-decoration": isStruck ? "line-through" : undefined,
        x: starts[c]! + widths[c]! / 2,
        y,
        "text-anchor": "middle",
        fill,
        "font-family": "monospace",
        "xml:space": "preserve",
      },
      cut(content, widths[c]!),
    );
  const standing = (c: number, name: string) => {
    const x = starts[c]! + widths[c]! / 2 + 3;
    return text(
      {
        x,
        y: top - 3,
        transform: `rotate(-90 ${x} ${top - 3})`,
        fill: palette.ink,
        "font-family": "monospace",
        "xml:space": "preserve",
      },
      name,
    );
  };
  const said = (x: number, y: number, content: string, anchor: "start" | "end") =>
    text({ x, y, "text-anchor": anchor, fill: palette.faint }, content);
  const cells = grid.cells.flatMap((row, r) =>
    row.flatMap((cell, c) => {
      if (!cell) return [];
      const ground = colour(cell.value);
      const y = top + height * r;
      return [
        element("rect", { x: starts[c], y, width: widths[c]! - 1, height: height - 1, fill: ground }),
        word(c, y + 9, cell.text, isDarkGround(ground) ? PALETTES.dark.ink : PALETTES.light.ink, cell.isStruck),
      ];
    }),
  );
  const lowest = signed ? ends[0] : "0";
  const keyAt = left + textWidth(lowest) + 8;
  const steps = Array.from({ length: 21 }, (_, i) => (signed ? i / 10 - 1 : i / 20));
  const key = steps.map((value, i) =>
    element("rect", { x: keyAt + 5 * i, y: below + 7, width: 5, height: 8, fill: colour(value) }),
  );
  return framed(
    look,
    { width, height: below + 20, said: [caption], left },
    said(left, 8, columnTitle, "start"),
    said(left - 6, top - 4, rowTitle, "end"),
    ...names.map((name, c) => (upright ? standing(c, name) : word(c, top - 4, name, palette.ink))),
    ...grid.rows.map((row, r) => said(left - 6, top + height * r + 9, row, "end")),
    ...cells,
    said(keyAt - 3, below + 14, lowest, "end"),
    ...key,
    said(keyAt + 5 * steps.length + 4, below + 14, `${ends[1]}  ${scale}`, "start"),
  );
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

function cut(content: string, width: number): string {
  const most = Math.max(1, Math.floor((width - 2) / letter));
  return content.length <= most ? content : most < 3 ? content.slice(0, most) : `${content.slice(0, most - 1)}…`;
}
