// A sweep as one result: every job, and for every two axes a grid of means with their intervals.
import { groupBy } from "../base/group.ts";
import type { SweepCell, SweepFigure, SweepGrid, SweepJobRow, SweepResult } from "../choices/sweep.ts";
import type { Circuit } from "../circuit/circuit-schema.ts";
import { alikeness, circuitOf, figuresOf, overJobs, rowOf } from "./sweep-report.ts";
import type { JobRecord } from "./job-record.ts";
import type { SweepJob } from "./sweep-job.ts";
import { spelled, type SweepPlan } from "./sweep-plan.ts";
import type { SweepStore } from "./sweep-store.ts";

interface Found {
  readonly row: SweepJobRow;
  readonly circuit: Circuit | undefined;
}

export async function sweepResult(
  plan: SweepPlan,
  jobs: readonly SweepJob[],
  store: SweepStore,
  notes: readonly string[],
): Promise<SweepResult> {
  const records = await store.records(jobs.map(({ id }) => id));
  const found: Found[] = [];
  for (const [i, job] of jobs.entries()) {
    const circuit = records[i] && (await circuitOf(records[i], store));
    found.push({ row: jobRow(job, records[i], circuit), circuit });
  }
  const rows = found.map(({ row }) => row);
  const count = (state: SweepJobRow["state"]) => rows.filter((row) => row.state === state).length;
  const axes = [...new Set(jobs.flatMap(({ at }) => Object.keys(at)))];
  const grids = gridsOf(axes, found);
  const split = records.find((record) => record?.headline?.split !== undefined)?.headline?.split;
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
    seconds: rows.reduce((sum, { figures }) => sum + (figures.seconds ?? 0), 0),
    rows,
    grids,
    notes,
  };
}

/** @param circuit of the job, where it found one */
export function jobRow(job: SweepJob, record: JobRecord | undefined, circuit: Circuit | undefined): SweepJobRow {
  const { state, failure, differs } = rowOf(job, record);
  const holds = circuit?.results?.heldOut?.criterionHolds;
  return {
    id: job.id,
    at: Object.fromEntries(Object.entries(job.at).map(([axis, value]) => [axis, spelled(value)])),
    state,
    figures: {
      ...(record?.state === "finished" && figuresOf(record)),
      ...(holds !== undefined && { holds: Number(holds) }),
    },
    ...(failure !== undefined && { failure }),
    differs,
  };
}

function gridsOf(axes: readonly string[], found: readonly Found[]): SweepGrid[] {
  if (axes.length < 2) return axes.map((rows) => gridOf(rows, "", found));
  return axes.flatMap((rows, i) => axes.slice(i + 1).map((columns) => gridOf(rows, columns, found)));
}

function gridOf(rows: string, columns: string, found: readonly Found[]): SweepGrid {
  const groups = groupBy(found, ({ row: { at } }) => JSON.stringify([at[rows] ?? "", at[columns] ?? ""]));
  return { rows, columns, cells: [...groups.values()].map((group) => cellOf(rows, columns, group)) };
}

function cellOf(rows: string, columns: string, group: readonly Found[]): SweepCell {
  const { at } = group[0]!.row;
  const finished = group.filter(({ row }) => row.state === "finished");
  const names = [...new Set(finished.flatMap(({ row }) => Object.keys(row.figures)))];
  const figures: Record<string, SweepFigure> = {};
  for (const name of names) {
    const { mean, interval } = overJobs(finished.flatMap(({ row }) => row.figures[name] ?? []));
    figures[name] = { mean, interval: interval ?? null };
  }
  const jaccard = alikeness(finished.flatMap(({ circuit }) => circuit ?? []));
  if (jaccard) figures.jaccard = { mean: jaccard.mean, interval: jaccard.interval ?? null };
  return { row: at[rows] ?? "", column: at[columns] ?? "", jobs: group.length, finished: finished.length, figures };
}
