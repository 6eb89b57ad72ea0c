// The grid of a Patchscope as a map of words: the last source layer on top, a column for each target layer.
import type { PatchscopeCell, PatchscopeResult } from "../../engine/choices/patchscope.ts";
import { type MapCell, shownToken, type WordMapGrid } from "../heatmap/word-map.ts";

/** What colours a cell: how sure the model is of its word, how near to the top a followed word stands, what other sources' states say. */
export const PATCH_MEASURES = ["probability", "rank", "null"] as const;
export type PatchMeasure = (typeof PATCH_MEASURES)[number];

export interface PatchMapCell extends MapCell {
  readonly cell: PatchscopeCell;
}

export interface PatchMap extends WordMapGrid<PatchMapCell> {
  readonly cells: readonly (readonly PatchMapCell[])[];
}

/** @param word index of the followed word, for "rank" */
export function patchMap({ cells }: PatchscopeResult, measure: PatchMeasure, word: number): PatchMap {
  const from = [...new Set(cells.map((cell) => cell.from))].sort((a, b) => b - a);
  const into = [...new Set(cells.map((cell) => cell.into))].sort((a, b) => a - b);
  const byPlace = new Map(cells.map((cell) => [`${cell.from} ${cell.into}`, cell]));
  return {
    rows: from.map(String),
    columns: into.map(String),
    cells: from.map((row) =>
      into.map((column) => {
        const cell = byPlace.get(`${row} ${column}`)!;
        return { text: shownToken(cell.top), value: valueOf(cell, measure, word), cell };
      }),
    ),
  };
}

function valueOf({ probability, ranks, nullShare }: PatchscopeCell, measure: PatchMeasure, word: number): number {
  switch (measure) {
    case "probability":
      return probability;
    case "rank":
      return 1 / ranks[word]!;
    case "null":
      return nullShare;
    default:
      throw measure satisfies never;
  }
}
