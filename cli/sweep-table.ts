// What a sweep has found and where it stands, as text and as CSV.
import { groupBy } from "../engine/base/group.ts";
import type { SweepFigure } from "../engine/choices/sweep.ts";
import { csvText } from "../engine/circuit/exports/csv-text.ts";
import type { QueueState } from "../engine/sweep/queue-state.ts";
import type { SweepJob } from "../engine/sweep/sweep-job.ts";
import { spelled } from "../engine/sweep/sweep-plan.ts";
import type { SweepReport } from "../engine/sweep/sweep-report.ts";
import { columns } from "./circuit-table.ts";

export function queueText({ workers, waiting, active, handedBack }: QueueState): string {
  const lines = active.map(({ at, progress }) =>
    progress
      ? `${progress.worker}: ${named(at)}: ${progress.stage} ${progress.done}/${progress.total}`
      : `begun: ${named(at)}`,
  );
  const groups = groupBy(handedBack, ({ worker, sentence }) => `${worker}: ${sentence}`);
  const back = [...groups].map(([said, group]) => `handed back, ${group.length} jobs, by ${said}`);
  return [`queue: ${workers} workers, ${active.length} jobs under way, ${waiting} waiting`, ...lines, ...back].join(
    "\n",
  );
}

/** A row for each job. */
export function sweepCsv({ rows }: SweepReport): string {
  const axes = [...new Set(rows.flatMap(({ at }) => Object.keys(at)))];
  const figures = [...new Set(rows.flatMap(({ figures }) => Object.keys(figures)))];
  return csvText([
    ["job", ...axes, "state", "split", ...figures, "failure", "differs"],
    ...rows.map(({ id, at, state, split, figures: own, failure, differs }) => [
      id,
      ...axes.map((axis) => (Object.hasOwn(at, axis) ? spelled(at[axis]) : undefined)),
      state,
      split,
      ...figures.map((name) => own[name]),
      failure,
      differs.join("; ") || undefined,
    ]),
  ]);
}

/** A row for each combination of the axes but the seed. */
export function sweepText({ name, verb, jobs, finished, failed, missing: wanting, means, rows }: SweepReport): string {
  const head = `${name}: ${verb}, ${jobs} jobs: ${finished} finished, ${failed} failed, ${wanting} missing`;
  const axes = [...new Set(means.flatMap(({ at }) => Object.keys(at)))];
  const figures = [...new Set(means.flatMap(({ figures }) => Object.keys(figures)))];
  const table = columns([
    [...axes, "done", ...figures.map(called)],
    ...means.map(({ at, finished: done, jobs: of, figures: own }) => [
      ...axes.map((axis) => (Object.hasOwn(at, axis) ? spelled(at[axis]) : "")),
      `${done}/${of}`,
      ...figures.map((figure) => (own[figure] ? meanText(figure, own[figure]) : "")),
    ]),
  ]);
  const failures = rows.filter(({ failure }) => failure !== undefined);
  const differing = rows.filter(({ differs }) => differs.length > 0);
  return [
    head,
    "",
    table,
    ...(failures.length > 0 ? ["", ...failuresText(failures)] : []),
    ...differing.map(({ at, differs }) => `other bytes elsewhere: ${named(at)}: ${differs.join("; ")}`),
    "",
    `Means over seeds with 95 % intervals; figures are ${splitOf(rows)}.`,
  ].join("\n");
}

/** Failures that are told one by one; the table of rows has all. */
const listedFailures = 5;

function failuresText(failures: SweepReport["rows"]): string[] {
  const listed = failures.slice(0, listedFailures).map(({ at, failure }) => `failed: ${named(at)}: ${failure!}`);
  const more = failures.length - listed.length;
  return more > 0 ? [...listed, `failed: ${more} more; --csv lists them all.`] : listed;
}

function splitOf(rows: SweepReport["rows"]): string {
  return rows.some(({ split }) => split === "heldOut")
    ? "of the held-out examples"
    : "of the examples that were asked for";
}

/** A figure's name as a person reads it. */
const CALLED: Readonly<Record<string, string>> = { holds: "holds held out", jaccard: "Jaccard" };
const called = (figure: string): string => CALLED[figure] ?? figure;

function meanText(figure: string, { mean, interval }: SweepFigure): string {
  const percent = (value: number) => `${Math.round(100 * value)} %`;
  const plain = (value: number) => (Number.isInteger(value) ? String(value) : value.toPrecision(3));
  const short = figure === "holds" ? percent : plain;
  return interval ? `${short(mean)} [${short(interval[0])}, ${short(interval[1])}]` : short(mean);
}

/** "task ioi, seed 3" */
export function named(at: SweepJob["at"]): string {
  return Object.entries(at)
    .map(([name, value]) => `${name} ${spelled(value)}`)
    .join(", ");
}
