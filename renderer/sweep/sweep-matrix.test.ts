// A sweep as a matrix: of what is done so far, of the whole result, of any two axes.
import { expect, test } from "vitest";
import type { SweepGrid, SweepJobRow } from "../../engine/choices/sweep.ts";
import { PALETTES } from "../look/palette.ts";
import { firstAxes, matrixCsv, sweepMatrix, sweepSoFar } from "./sweep-matrix.ts";
import { sweepSvg } from "./sweep-svg.ts";

function job(task: string, model: string, seed: string, f?: number): SweepJobRow {
  const state = f === undefined ? "missing" : "finished";
  return {
    id: `${task}${model}${seed}`,
    at: { task, model, seed },
    state,
    figures: f === undefined ? {} : { f },
    differs: [],
  };
}

const JOBS = [job("ioi", "a", "0", 0.5), job("ioi", "a", "1", 1), job("ioi", "b", "0"), job("capital", "b", "0", 0.25)];
const GRID: SweepGrid = {
  rows: "task",
  columns: "model",
  cells: [{ row: "ioi", column: "a", jobs: 2, finished: 2, figures: { f: { mean: 0.75, interval: [0.5, 1] } } }],
};
const AXES = { rows: "task", columns: "model" };

test("a cell holds its jobs and their mean, with the interval once the sweep is done, whichever way the axes are turned", () => {
  const { rows, columns, cells } = sweepMatrix(JOBS, AXES, "f");
  expect([rows, columns]).toEqual([
    ["ioi", "capital"],
    ["a", "b"],
  ]);
  expect(cells.map((row) => row.map((cell) => cell && [cell.jobs.length, cell.finished, cell.figure]))).toEqual([
    [
      [2, 2, { mean: 0.75, interval: null }],
      [1, 0, undefined],
    ],
    [undefined, [1, 1, { mean: 0.25, interval: null }]],
  ]);
  const turned = sweepMatrix(JOBS, { rows: "model", columns: "task" }, "f", [GRID]);
  expect(turned.cells[0]![0]!.figure).toEqual({ mean: 0.75, interval: [0.5, 1] });
});

test("axes that take several values come first, tasks before models before others, and seeds last", () => {
  expect(firstAxes(["seed", "ablation", "model", "task"], JOBS)).toEqual({ rows: "task", columns: "model" });
  const oneModel = JOBS.filter(({ at }) => at.model === "a");
  expect(firstAxes(["task", "model", "seed"], oneModel)).toEqual({ rows: "seed", columns: "task" });
});

test("what is under way is known by its parts, and leaves when it is done", () => {
  const at = { id: "ioib0", worker: "w", stage: "pruning", done: 3, total: 9 };
  const begun = [{ axes: ["task"], rows: JOBS }, at];
  expect([...sweepSoFar(begun).atWork.values()]).toEqual([at]);
  const back = { id: "ioib0", worker: "w", handedBack: "No model here." };
  expect([...sweepSoFar([...begun, back]).atWork.values()]).toEqual([back]);
  const { rows, atWork } = sweepSoFar([...begun, { row: job("ioi", "b", "0", 0.9) }]);
  expect([rows.length, rows[2]!.figures, atWork.size]).toEqual([4, { f: 0.9 }, 0]);
});

test("the table has a line for each cell", () => {
  expect(
    matrixCsv(sweepMatrix(JOBS, AXES, "f", [GRID]), AXES, "f")
      .trim()
      .split(/\r?\n/),
  ).toEqual([
    "task,model,jobs,finished,failed,f,low,high",
    "ioi,a,2,2,0,0.75,0.5,1",
    "ioi,b,1,0,0,,,",
    "capital,b,1,1,0,0.25,,",
  ]);
});

test("the drawing has each cell with its mean and interval, within its sheet", () => {
  const picture = {
    matrix: sweepMatrix(JOBS, AXES, "f", [GRID]),
    rowTitle: "task",
    columnTitle: "model",
    caption: "f",
  };
  const look = { palette: PALETTES.light, background: undefined, width: 240 };
  const svg = sweepSvg({ ...picture, number: (value) => value.toFixed(2) }, look);
  expect([...svg.matchAll(/>([^<>]+)<\/text>/g)].map(([, content]) => content)).toEqual([
    "model",
    "task",
    "a",
    "b",
    "ioi",
    "capital",
    "0.75",
    "0.50 – 1.00",
    "–",
    "0.25",
    "f",
  ]);
  for (const [, x, width] of svg.matchAll(/<rect x="([\d.]+)"[^>]* width="([\d.]+)"/g)) {
    expect(Number(x) + Number(width)).toBeLessThanOrEqual(240);
  }
});
