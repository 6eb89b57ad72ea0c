// What a drawing is exported onto: the width of one or two columns of a paper, or a slide; and in which colours.
import { type Palette, PALETTES } from "../look/palette.ts";

export const SHEETS = ["column", "page", "slide"] as const;
export type SheetName = (typeof SHEETS)[number];

interface Sheet {
  /** That the drawing is laid out for, points; its text is 8 pt there. */
  readonly width: number;
  /** Of the drawing on the sheet. */
  readonly scale: number;
}

const POINTS_PER_MM = 72 / 25.4;

/** 85 mm, 174 mm, and a slide of 16:9, whose text must be read from afar. */
export const SHEET: Readonly<Record<SheetName, Sheet>> = {
  column: { width: 85 * POINTS_PER_MM, scale: 1 },
  page: { width: 174 * POINTS_PER_MM, scale: 1 },
  slide: { width: 540, scale: 960 / 540 },
};

export const GROUNDS = ["light", "dark", "transparent"] as const;
export type Ground = (typeof GROUNDS)[number];

/** A transparent drawing has the dark ink that a light page wants. */
export function coloursOf(ground: Ground): { readonly palette: Palette; readonly background: string | undefined } {
  const palette = PALETTES[ground === "dark" ? "dark" : "light"];
  return { palette, background: ground === "transparent" ? undefined : palette.paper };
}

export interface Look {
  readonly palette: Palette;
  readonly background: string | undefined;
  /** Points. */
  readonly width: number;
}

/** Anything that can be exported. */
export interface Plot {
  /** For the file's name. */
  readonly name: string;
  /** @param caption of a file, which stands without the page that says it */
  readonly draw: (look: Look, caption?: string) => string;
  readonly caption?: string;
  /** The numbers behind it. */
  readonly csv?: () => string | Promise<string>;
}

interface Size {
  readonly width: number;
  readonly height: number;
}

/** Of an SVG drawing as its root says it, points. */
export function sizeOf(svg: string): Size {
  const [, width, height] = /<svg [^>]*?viewBox="\S+ \S+ (\S+) (\S+)"/.exec(svg)!;
  return { width: Number(width), height: Number(height) };
}

/** The drawing with its size on paper in its root. */
export function onPaper(svg: string, scale: number): string {
  const { width, height } = sizeOf(svg);
  const mm = (points: number) => `${Math.round((points * scale * 100) / POINTS_PER_MM) / 100}mm`;
  const sized = svg.replace(
    /(<svg [^>]*?) width="[^"]*" height="[^"]*"/,
    `$1 width="${mm(width)}" height="${mm(height)}"`,
  );
  return `<?xml version="1.0" encoding="UTF-8"?>\n${sized}\n`;
}
