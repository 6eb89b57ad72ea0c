// A map of words: rows and columns of cells, each with a word and the value that colours it.

export interface MapCell {
  /** The word that is written in it. */
  readonly text: string;
  /** Of the colour: 0 to 1, of a signed map −1 to 1. */
  readonly value: number;
  /** Whether its word is struck through. */
  readonly isStruck?: boolean;
}

export interface WordMapGrid<Cell extends MapCell = MapCell> {
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  /** "row column"; undefined where there is nothing. */
  readonly cells: readonly (readonly (Cell | undefined)[])[];
}

export interface MapSpot {
  readonly row: number;
  readonly column: number;
}

/** What a drag between cells does: of one map or of several that share it. */
export interface MapDrag {
  /** Whether something is being dragged. */
  readonly isOn: boolean;
  readonly begin: (spot: MapSpot) => void;
  readonly end: () => void;
  /** @param to without a row: a column's head */
  readonly drop: (to: Pick<MapSpot, "column"> & Partial<MapSpot>) => void;
}

/** White space that would not be seen. */
export function shownToken(text: string): string {
  return text.replaceAll("\n", "⏎").replaceAll("\t", "⇥").replaceAll(/^ | $/g, "␣");
}
