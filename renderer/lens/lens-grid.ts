// The lens of a prompt as a drawing: the last state on top, a column for each token, a value between 0 and 1 in each cell.
import { greatest } from "../../engine/base/greatest.ts";
import { type MapCell, shownToken, type WordMapGrid } from "../heatmap/word-map.ts";
import type { LensReading, LensResult } from "../../engine/choices/lens.ts";

/** What colours a cell: how sure the lens is of its word, how near to the top the followed word stands, how undecided it is. */
export const LENS_MEASURES = ["probability", "rank", "entropy"] as const;
export type LensMeasure = (typeof LENS_MEASURES)[number];

export interface LensCell extends MapCell {
  readonly reading: LensReading;
  /** Of the other prompt, in a difference. */
  readonly other?: LensReading;
}

export interface LensGrid extends WordMapGrid<LensCell> {
  readonly cells: readonly (readonly LensCell[])[];
  /** Index of the point that each row is of. */
  readonly points: readonly number[];
  /** Index of the token that each column is of. */
  readonly positions: readonly number[];
}

/** @param word index of the followed word, for "rank" */
export function lensGrid(lens: LensResult, prompt: number, measure: LensMeasure, word = 0): LensGrid {
  const places = lens.places.filter((place) => place.prompt === prompt);
  const points = lens.points.map((_, point) => point).reverse();
  const most = greatest(
    places.flatMap(({ readings }) => readings.map(({ entropy }) => entropy)),
    1e-9,
  );
  return {
    rows: points.map((point) => `${lens.points[point]!.site} ${lens.points[point]!.layer}`),
    columns: places.map(({ position }) => shownToken(lens.prompts[prompt]!.tokens[position]!)),
    cells: points.map((point) =>
      places.map(({ readings }): LensCell => {
        const reading = readings[point]!;
        return {
          text: shownToken(lens.texts[reading.top[0]!.id] ?? ""),
          value: valueOf(reading, measure, word, most),
          reading,
        };
      }),
    ),
    points,
    positions: places.map(({ position }) => position),
  };
}

/**
 * The second prompt's values less the first's, cell by cell. Prompts of different lengths are laid end to end, since their ends are
 * what is asked about.
 */
export function lensDifference(first: LensGrid, second: LensGrid): LensGrid {
  const shared = Math.min(first.columns.length, second.columns.length);
  const [a, b] = [first.columns.length - shared, second.columns.length - shared];
  const pair = (one: string, other: string) => (one === other ? one : `${one}→${other}`);
  return {
    rows: second.rows,
    columns: Array.from({ length: shared }, (_, c) => pair(first.columns[a + c]!, second.columns[b + c]!)),
    cells: second.cells.map((row, r) =>
      Array.from({ length: shared }, (_, c): LensCell => {
        const [one, other] = [first.cells[r]![a + c]!, row[b + c]!];
        return {
          text: pair(one.text, other.text),
          value: other.value - one.value,
          reading: other.reading,
          other: one.reading,
        };
      }),
    ),
    points: second.points,
    positions: second.positions.slice(b),
  };
}

function valueOf(reading: LensReading, measure: LensMeasure, word: number, most: number): number {
  switch (measure) {
    case "probability":
      return Math.exp(reading.top[0]!.logProbability);
    case "rank":
      return reading.tokens[word] === undefined ? 0 : 1 / reading.tokens[word].rank;
    case "entropy":
      return reading.entropy / most;
    default:
      throw measure satisfies never;
  }
}
