// A sweep as a matrix of any two of its axes: what each cell has found, of the whole result or of the jobs that are done so far.
import { greatest, least } from "../../engine/base/greatest.ts";
import type { SweepFigure, SweepGrid, SweepJobAt, SweepJobRow, SweepPart } from "../../engine/choices/sweep.ts";
import { csvText } from "../../engine/circuit/exports/csv-text.ts";

export interface MatrixAxes {
  readonly rows: string;
  /** "" where the sweep has one axis alone. */
  readonly columns: string;
}

export interface MatrixCell {
  readonly jobs: readonly SweepJobRow[];
  readonly finished: number;
  readonly failed: number;
  /** Undefined while no job of the cell has it; without an interval while jobs are under way. */
  readonly figure: SweepFigure | undefined;
}

export interface SweepMatrix {
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  /** Row by row; undefined where the grid has no such cell. */
  readonly cells: readonly (readonly (MatrixCell | undefined)[])[];
}

/** @param grids with intervals, once the sweep is done */
export function sweepMatrix(
  jobs: readonly SweepJobRow[],
  axes: MatrixAxes,
  figure: string,
  grids: readonly SweepGrid[] = [],
): SweepMatrix {
  const valuesOf = (axis: string) => [...new Set(jobs.map(({ at }) => at[axis] ?? ""))];
  const [rows, columns] = [valuesOf(axes.rows), valuesOf(axes.columns)];
  const cells = rows.map((row) =>
    columns.map((column): MatrixCell | undefined => {
      const own = jobs.filter(({ at }) => (at[axes.rows] ?? "") === row && (at[axes.columns] ?? "") === column);
      if (own.length === 0) return undefined;
      const count = (state: SweepJobRow["state"]) => own.filter((job) => job.state === state).length;
      const known = figureOf(grids, axes, row, column, figure) ?? meanOf(own, figure);
      return { jobs: own, finished: count("finished"), failed: count("failed"), figure: known };
    }),
  );
  return { rows, columns, cells };
}

function figureOf(
  grids: readonly SweepGrid[],
  axes: MatrixAxes,
  row: string,
  column: string,
  figure: string,
): SweepFigure | undefined {
  for (const { rows, columns, cells } of grids) {
    if (rows === axes.rows && columns === axes.columns)
      return cells.find((cell) => cell.row === row && cell.column === column)?.figures[figure];
    if (rows === axes.columns && columns === axes.rows)
      return cells.find((cell) => cell.row === column && cell.column === row)?.figures[figure];
  }
  return undefined;
}

function meanOf(jobs: readonly SweepJobRow[], figure: string): SweepFigure | undefined {
  const values = jobs.flatMap(({ figures }) => figures[figure] ?? []);
  if (values.length === 0) return undefined;
  return { mean: values.reduce((sum, value) => sum + value, 0) / values.length, interval: null };
}

/** How dark a mean is shown, 0 to 1: figures differ by orders of magnitude, so each matrix has a scale of its own. */
export function shadesOf({ cells }: SweepMatrix): (mean: number) => number {
  const means = cells.flatMap((row) => row.flatMap((cell) => cell?.figure?.mean ?? []));
  const [low, high] = [least(means), greatest(means)];
  return (mean) => (high > low ? 0.1 + (0.8 * (mean - low)) / (high - low) : 0.3);
}

/** The axes that are shown first: tasks against models, or whatever takes several values; seeds only where nothing else does. */
export function firstAxes(axes: readonly string[], jobs: readonly SweepJobRow[]): MatrixAxes {
  const several = axes.filter((axis) => new Set(jobs.map(({ at }) => at[axis])).size > 1);
  const rank = (axis: string) => (axis === "task" ? 0 : axis === "model" ? 1 : axis === "seed" ? 3 : 2);
  const sorted = [...several, ...axes.filter((axis) => !several.includes(axis))];
  const inOrder = sorted.sort(
    (a, b) => Number(!several.includes(a)) - Number(!several.includes(b)) || rank(a) - rank(b),
  );
  return { rows: inOrder[0] ?? "", columns: inOrder[1] ?? "" };
}

/** What the parts of a sweep that is under way say by now. */
export interface SweepSoFar {
  readonly axes: readonly string[];
  readonly rows: readonly SweepJobRow[];
  /** Jobs under way, by their id. */
  readonly atWork: ReadonlyMap<string, SweepJobAt>;
}

export function sweepSoFar(parts: readonly SweepPart[]): SweepSoFar {
  let axes: readonly string[] = [];
  const rows = new Map<string, SweepJobRow>();
  const atWork = new Map<string, SweepJobAt>();
  for (const part of parts) {
    if ("rows" in part) {
      ({ axes } = part);
      for (const row of part.rows) rows.set(row.id, row);
    } else if ("row" in part) {
      rows.set(part.row.id, part.row);
      atWork.delete(part.row.id);
    } else atWork.set(part.id, part);
  }
  return { axes, rows: [...rows.values()], atWork };
}

/** A line for each cell. */
export function matrixCsv({ rows, columns, cells }: SweepMatrix, axes: MatrixAxes, figure: string): string {
  const lines = rows.flatMap((row, r) =>
    columns.flatMap((column, c) => {
      const cell = cells[r]![c];
      if (!cell) return [];
      const { mean, interval } = cell.figure ?? {};
      return [[row, column, cell.jobs.length, cell.finished, cell.failed, mean, interval?.[0], interval?.[1]]];
    }),
  );
  return csvText([[axes.rows, axes.columns, "jobs", "finished", "failed", figure, "low", "high"], ...lines]);
}
