// A heatmap as an SVG of its own, for papers and slides: a map whose cells hold numbers where there is room for them.
import type { Look } from "../export/sheet.ts";
import { mostOf } from "./matrix-scale.ts";
import type { Matrix } from "./matrix-csv.ts";
import { type WordMapPicture, wordMapSvg } from "./word-map-svg.ts";

export interface MatrixPicture extends Pick<
  WordMapPicture,
  "signed" | "rowTitle" | "columnTitle" | "caption" | "scale"
> {
  readonly matrix: Matrix;
  /** See `mostOf`. */
  readonly ends?: "one" | "largest";
  readonly number: (value: number) => string;
}

/** Columns beyond these have colours alone. */
const mostWritten = 12;

export function matrixSvg({ matrix, ends, number, ...picture }: MatrixPicture, look: Look): string {
  const { rows, columns, values } = matrix;
  const most = mostOf(values, picture.signed, ends);
  const cell = (value: number) => ({
    text: columns.length <= mostWritten ? number(value) : "",
    value: value / most,
  });
  const cells = rows.map((_, r) => columns.map((_, c) => cell(values[r * columns.length + c]!)));
  return wordMapSvg({ ...picture, grid: { rows, columns, cells }, ends: [number(-most), number(most)] }, look);
}
