// The lens of a prompt as an SVG of its own, for papers and slides: the cells with their words, a scale, what it is of.
import { greatest } from "../../engine/base/greatest.ts";
import { amountScale, PALETTES, signedScale, type ThemeName } from "../look/palette.ts";
import { element, text } from "../graph/svg.ts";
import { isDarkGround } from "../look/ground.ts";
import type { LensGrid } from "./lens-grid.ts";

export interface LensPicture {
  readonly grid: LensGrid;
  /** Values run from −1 to 1. */
  readonly signed: boolean;
  readonly theme: ThemeName;
  /** What it is of, below the cells. */
  readonly caption: string;
  /** What the colour says. */
  readonly scale: string;
}

/** Pixels; a letter of the words is about 0.6 of their size wide. */
const height = 18;
const size = 11;
const letter = 0.62 * size;
const longest = 12;

const cut = (text: string) => (text.length > longest ? `${text.slice(0, longest - 1)}…` : text);

export function lensSvg({ grid, signed, theme, caption, scale }: LensPicture): string {
  const palette = PALETTES[theme];
  const colour = signed ? signedScale(palette, 1) : amountScale(palette, 1);
  const widths = grid.columns.map((column, c) => {
    const texts = [column, ...grid.cells.map((row) => row[c]!.text)].map(cut);
    return (
      Math.ceil(
        greatest(
          texts.map(({ length }) => length),
          3,
        ) * letter,
      ) + 8
    );
  });
  const left = Math.ceil(grid.rows.reduce((most, { length }) => Math.max(most, length), 0) * letter) + 8;
  const starts = widths.map((_, c) => left + widths.slice(0, c).reduce((sum, width) => sum + width, 0));
  const width = Math.max(left + widths.reduce((sum, one) => sum + one, 0) + 4, 320);
  const below = height * (grid.rows.length + 1);
  const look = { "font-family": "monospace", "font-size": size, "xml:space": "preserve" };
  const word = (x: number, y: number, content: string, fill: string) =>
    text({ x, y, "text-anchor": "middle", fill, ...look }, cut(content));
  const said = (x: number, y: number, content: string, anchor: "start" | "end") =>
    text({ x, y, "text-anchor": anchor, fill: palette.faint, ...look, "font-family": "sans-serif" }, content);
  const cells = grid.cells.flatMap((row, r) =>
    row.flatMap((cell, c) => {
      const ground = colour(cell.value);
      const [x, y] = [starts[c]!, height * (r + 1)];
      const ink = isDarkGround(ground) ? PALETTES.dark.ink : PALETTES.light.ink;
      return [
        element("rect", { x, y, width: widths[c]! - 1, height: height - 1, fill: ground }),
        word(x + widths[c]! / 2, y + 13, cell.text, ink),
      ];
    }),
  );
  const steps = Array.from({ length: 21 }, (_, i) => (signed ? i / 10 - 1 : i / 20));
  const key = steps.map((value, i) =>
    element("rect", { x: left + 24 + 6 * i, y: below + 8, width: 6, height: 10, fill: colour(value) }),
  );
  const whole = [width, below + 44] as const;
  return element(
    "svg",
    { xmlns: "http://www.w3.org/2000/svg", width: whole[0], height: whole[1], viewBox: `0 0 ${whole.join(" ")}` },
    element("rect", { width: "100%", height: "100%", fill: palette.paper }),
    ...grid.columns.map((column, c) => word(starts[c]! + widths[c]! / 2, 13, column, palette.ink)),
    ...grid.rows.map((row, r) => said(left - 6, height * (r + 1) + 13, row, "end")),
    ...cells,
    said(left + 20, below + 17, signed ? "−1" : "0", "end"),
    ...key,
    said(left + 24 + 6 * steps.length + 4, below + 17, `1  ${scale}`, "start"),
    said(left, below + 36, caption, "start"),
  );
}
