// A sweep as one result: every job, and for every two axes a grid of means with their intervals.
import type { Note } from "../base/sentence.ts";
import { groupBy } from "../base/group.ts";
import type { SweepCell, SweepGrid, SweepJobRow, SweepResult } from "../choices/sweep.ts";
import type { JobRecord } from "./job-record.ts";
import type { SweepJob } from "./sweep-job.ts";
import { spelled, type SweepPlan } from "./sweep-plan.ts";
import { type Found, foundOf, overJobs, rowOf, secondsOf, type SweepRow } from "./sweep-report.ts";
import type { SweepStore } from "./sweep-store.ts";

export async function sweepResult(
  plan: SweepPlan,
  jobs: readonly SweepJob[],
  store: SweepStore,
  notes: readonly Note[],
): Promise<SweepResult> {
  const found = await foundOf(jobs, store);
  const rows = found.map(({ row }) => shown(row));
  const count = (state: SweepJobRow["state"]) => rows.filter((row) => row.state === state).length;
  const axes = [...new Set(jobs.flatMap(({ at }) => Object.keys(at)))];
  const grids = gridsOf(axes, found);
  const split = found.find(({ row }) => row.split !== undefined)?.row.split;
  return {
    name: plan.name,
    verb: plan.verb,
    store: store.files.name,
    axes,
    figures: [...new Set(grids.flatMap(({ cells }) => cells.flatMap(({ figures }) => Object.keys(figures))))],
    ...(split !== undefined && { split }),
    finished: count("finished"),
    failed: count("failed"),
    missing: count("missing"),
    seconds: secondsOf(rows),
    rows,
    grids,
    notes,
  };
}

/** Before its result was looked into. */
export function jobRow(job: SweepJob, record: JobRecord | undefined): SweepJobRow {
  return shown(rowOf(job, record, undefined));
}

function shown({ id, at, state, figures, failure, differs }: SweepRow): SweepJobRow {
  return { id, at: spelledAt(at), state, figures, ...(failure !== undefined && { failure }), differs };
}

function spelledAt(at: SweepRow["at"]): SweepJobRow["at"] {
  return Object.fromEntries(Object.entries(at).map(([axis, value]) => [axis, spelled(value)]));
}

function gridsOf(axes: readonly string[], found: readonly Found[]): SweepGrid[] {
  if (axes.length < 2) return axes.map((rows) => gridOf(rows, "", found));
  return axes.flatMap((rows, i) => axes.slice(i + 1).map((columns) => gridOf(rows, columns, found)));
}

function gridOf(rows: string, columns: string, found: readonly Found[]): SweepGrid {
  const placed = found.map((one) => ({ ...one, at: spelledAt(one.row.at) }));
  const groups = groupBy(placed, ({ at }) => JSON.stringify([at[rows] ?? "", at[columns] ?? ""]));
  const cellOf = (group: typeof placed): SweepCell => {
    const { at } = group[0]!;
    return { row: at[rows] ?? "", column: at[columns] ?? "", jobs: group.length, ...overJobs(group) };
  };
  return { rows, columns, cells: [...groups.values()].map(cellOf) };
}
