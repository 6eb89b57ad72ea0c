// Colour and dash of the lines of one plot: no two share both, and each dash tells its line without colour.
import type { Palette } from "../look/palette.ts";

export interface SeriesLook {
  readonly colour: string;
  readonly dash: readonly number[];
}

const DASHES = [[], [8, 3], [2, 3], [8, 3, 2, 3], [14, 4], [4, 4], [1, 5], [14, 3, 2, 3, 2, 3], [2, 2, 2, 8]] as const;

/** @param index of the line, from 0 */
export function seriesLook({ series }: Palette, index: number): SeriesLook {
  return { colour: series[index % series.length], dash: DASHES[index % DASHES.length] };
}

/** Of what chance gives in place of a line. */
export const CHANCE_DASH = "1 4";

/** Points: rings of different size are told apart where they lie on each other. */
export const ringRadius = (index: number): number => 3.5 + 2.2 * index;
