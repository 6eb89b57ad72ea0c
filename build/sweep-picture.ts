// Draws a matrix of a sweep's report for the documents:
// secateur sweep status FILE --json | npm run -s record:sweep -- ROWS COLUMNS FIGURE docs/sweep.svg
import { readFileSync, writeFileSync } from "node:fs";
import type { SweepJobRow } from "../engine/choices/sweep.ts";
import { spelled } from "../engine/sweep/sweep-plan.ts";
import type { SweepReport } from "../engine/sweep/sweep-report.ts";
import { coloursOf, SHEET } from "../renderer/export/sheet.ts";
import { sweepMatrix } from "../renderer/sweep/sweep-matrix.ts";
import { sweepSvg } from "../renderer/sweep/sweep-svg.ts";

const [rows = "", columns = "", figure = "", out = ""] = process.argv.slice(2);
const report = JSON.parse(readFileSync(0, "utf8")) as SweepReport;
const jobs = report.rows.map(({ id, at, state, figures }): SweepJobRow => {
  const names = Object.fromEntries(Object.entries(at).map(([axis, value]) => [axis, spelled(value)]));
  return { id, at: names, state, figures, differs: [] };
});
const cells = report.means.map(({ at, jobs: count, finished, figures }) => ({
  row: spelled(at[rows]),
  column: spelled(at[columns]),
  jobs: count,
  finished,
  figures,
}));
const picture = {
  matrix: sweepMatrix(jobs, { rows, columns }, figure, [{ rows, columns, cells }]),
  rowTitle: rows,
  columnTitle: columns,
  caption: `${report.name}: ${figure}, mean and 95 % interval over the seeds of a cell, held out; ${report.finished} jobs · Secateur`,
  number: (value: number) => value.toFixed(3),
};
writeFileSync(out, `${sweepSvg(picture, { ...coloursOf("light"), width: SHEET.page.width })}\n`);
