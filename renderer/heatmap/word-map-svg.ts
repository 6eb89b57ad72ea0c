// A map of words as an SVG of its own, for papers and slides: the cells with their words, a scale, what it is of.
import { greatest } from "../../engine/base/greatest.ts";
import { amountScale, PALETTES, signedScale } from "../look/palette.ts";
import type { Look } from "../export/sheet.ts";
import { FONTS, LINE, TEXT, brokenLines, textWidth } from "../graph/lettering.ts";
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
}

/** Points: of a cell, and of the narrowest one, which holds two letters. */
const height = 13;
const narrowest = 14;
const longest = 12;
const letter = 0.62 * TEXT;

/** Columns are as wide as their words, and where they have too little room for that as wide as the sheet lets them be. */
export function wordMapSvg(picture: WordMapPicture, { palette, background, width: room }: Look): string {
  const { grid, signed, caption, scale, rowTitle, columnTitle } = picture;
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
  const top = LINE + height;
  const below = top + height * grid.rows.length;
  const word = (c: number, y: number, content: string, fill: string) =>
    text(
      {
        x: starts[c]! + widths[c]! / 2,
        y,
        "text-anchor": "middle",
        fill,
        "font-family": "monospace",
        "xml:space": "preserve",
      },
      cut(content, widths[c]!),
    );
  const said = (x: number, y: number, content: string, anchor: "start" | "end") =>
    text({ x, y, "text-anchor": anchor, fill: palette.faint }, content);
  const cells = grid.cells.flatMap((row, r) =>
    row.flatMap((cell, c) => {
      if (!cell) return [];
      const ground = colour(cell.value);
      const y = top + height * r;
      return [
        element("rect", { x: starts[c], y, width: widths[c]! - 1, height: height - 1, fill: ground }),
        word(c, y + 9, cell.text, isDarkGround(ground) ? PALETTES.dark.ink : PALETTES.light.ink),
      ];
    }),
  );
  const steps = Array.from({ length: 21 }, (_, i) => (signed ? i / 10 - 1 : i / 20));
  const key = steps.map((value, i) =>
    element("rect", { x: left + 14 + 5 * i, y: below + 7, width: 5, height: 8, fill: colour(value) }),
  );
  const lines = brokenLines(caption, width - left - 4);
  const whole = [width, below + 20 + LINE * lines.length + 4] as const;
  return element(
    "svg",
    {
      xmlns: "http://www.w3.org/2000/svg",
      width: whole[0],
      height: whole[1],
      viewBox: `0 0 ${whole.join(" ")}`,
      "font-family": FONTS,
      "font-size": TEXT,
    },
    ...(background === undefined ? [] : [element("rect", { width: "100%", height: "100%", fill: background })]),
    said(left, 8, columnTitle, "start"),
    said(left - 6, top - 4, rowTitle, "end"),
    ...grid.columns.map((column, c) => word(c, top - 4, column, palette.ink)),
    ...grid.rows.map((row, r) => said(left - 6, top + height * r + 9, row, "end")),
    ...cells,
    said(left + 11, below + 14, signed ? "−1" : "0", "end"),
    ...key,
    said(left + 14 + 5 * steps.length + 4, below + 14, `1  ${scale}`, "start"),
    ...lines.map((line, i) => said(left, below + 20 + LINE * (i + 0.8), line, "start")),
  );
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

function cut(content: string, width: number): string {
  const most = Math.max(1, Math.floor((width - 2) / letter));
  return content.length <= most ? content : most < 3 ? content.slice(0, most) : `${content.slice(0, most - 1)}…`;
}
