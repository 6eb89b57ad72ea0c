// Back-patching as a map: which pair of layers mends how many of the wrong questions, the later layer upwards.
import type { BackPatching, TwoHopResult } from "../../engine/choices/two-hop.ts";
import type { MapCell, WordMapGrid } from "../heatmap/word-map.ts";

export interface PairCell extends MapCell {
  readonly from: number;
  readonly into: number;
  readonly mended: number;
}

export function pairMap(
  { pairs }: Pick<TwoHopResult, "pairs">,
  { mended, wrong }: Pick<BackPatching, "mended" | "wrong">,
): WordMapGrid<PairCell> {
  const from = [...new Set(pairs.map(([later]) => later))].sort((a, b) => b - a);
  const into = [...new Set(pairs.map(([, earlier]) => earlier))].sort((a, b) => a - b);
  const byPair = new Map(pairs.map(([later, earlier], p) => [`${later} ${earlier}`, mended[p]!]));
  return {
    rows: from.map(String),
    columns: into.map(String),
    cells: from.map((later) =>
      into.map((earlier): PairCell | undefined => {
        const count = byPair.get(`${later} ${earlier}`);
        if (count === undefined) return undefined;
        return {
          text: count === 0 ? "" : String(count),
          value: wrong === 0 ? 0 : count / wrong,
          from: later,
          into: earlier,
          mended: count,
        };
      }),
    ),
  };
}
