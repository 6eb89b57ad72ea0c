// Where a sweep stands, and what it has found: a row for each cell, and a mean over seeds for each combination of the other axes.
import { groupBy } from "../base/group.ts";
import type { SweepFigure } from "../choices/sweep.ts";
import { keptUnits } from "../circuit/kept.ts";
import { parseCircuit } from "../circuit/circuit-file.ts";
import type { Circuit } from "../circuit/circuit-schema.ts";
import { agreementOf } from "../evaluate/agreement.ts";
import { meanInterval } from "../evaluate/bootstrap.ts";
import { shareInterval } from "../evaluate/share-interval.ts";
import type { JobRecord } from "./job-record.ts";
import type { SweepJob } from "./sweep-job.ts";
import type { SweepPlan } from "./sweep-plan.ts";
import type { SweepStore } from "./sweep-store.ts";

export interface SweepRow {
  readonly at: SweepJob["at"];
  readonly id: string;
  readonly state: "finished" | "failed" | "missing";
  /** Figures of the verb's headline, seconds, and of a circuit 1 where its criterion holds held out, else 0. */
  readonly figures: Readonly<Record<string, number>>;
  readonly split: string | undefined;
  readonly failure: string | undefined;
  /** Machines that gave other bytes for the same job, each with what differs. */
  readonly differs: readonly string[];
}

/** Over the seeds of one combination of the other axes. */
export interface SweepMean {
  readonly at: Readonly<Record<string, unknown>>;
  readonly jobs: number;
  readonly finished: number;
  readonly figures: Readonly<Record<string, SweepFigure>>;
}

export interface SweepReport {
  readonly name: string;
  readonly verb: string;
  readonly jobs: number;
  readonly finished: number;
  readonly failed: number;
  readonly missing: number;
  /** Of all finished jobs. */
  readonly seconds: number;
  readonly rows: readonly SweepRow[];
  readonly means: readonly SweepMean[];
}

/** Intervals over seeds are drawn from this seed. */
const intervalSeed = 0;

export async function reportOf(
  { name, verb }: Pick<SweepPlan, "name" | "verb">,
  jobs: readonly SweepJob[],
  store: SweepStore,
): Promise<SweepReport> {
  const found = await foundOf(jobs, store);
  const rows = found.map(({ row }) => row);
  const groups = groupBy(found, ({ row }) => JSON.stringify(withoutSeed(row.at)));
  const count = (state: SweepRow["state"]) => rows.filter((row) => row.state === state).length;
  return {
    name,
    verb,
    jobs: jobs.length,
    finished: count("finished"),
    failed: count("failed"),
    missing: count("missing"),
    seconds: secondsOf(rows),
    rows,
    means: [...groups.values()].map(meanOf),
  };
}

/** Of all finished jobs; each has tenths. */
export function secondsOf(rows: readonly Pick<SweepRow, "figures">[]): number {
  return Math.round(10 * rows.reduce((sum, { figures }) => sum + (figures.seconds ?? 0), 0)) / 10;
}

/** A job with the circuit that it found, where it found one. */
export interface Found {
  readonly row: SweepRow;
  readonly circuit: Circuit | undefined;
}

export async function foundOf(jobs: readonly SweepJob[], store: SweepStore): Promise<Found[]> {
  const records = await store.records(jobs.map(({ id }) => id));
  const found: Found[] = [];
  for (const [i, job] of jobs.entries()) {
    const record = records[i];
    const circuit = record?.state === "finished" ? await circuitOf(record, store) : undefined;
    found.push({ row: rowOf(job, record, circuit), circuit });
  }
  return found;
}

/** @param circuit of the job, where it is known */
export function rowOf(
  { id, at }: Pick<SweepJob, "id" | "at">,
  record: JobRecord | undefined,
  circuit: Circuit | undefined,
): SweepRow {
  const holds = circuit?.results?.heldOut?.criterionHolds;
  // Its f is of the examples that were searched, and does not go into a mean with those of held-out ones.
  const isUnjudged = circuit !== undefined && circuit.task.examples.heldOut > 0 && !circuit.results?.heldOut;
  return {
    at,
    id,
    state: record?.state ?? "missing",
    figures: {
      ...(record?.state === "finished" && figuresOf(record, isUnjudged ? ["f"] : [])),
      ...(holds !== undefined && { holds: Number(holds) }),
    },
    split: record?.headline?.split,
    failure: record?.failure?.message,
    differs: (record?.others ?? []).map(({ machine }) => difference(record!.machine, machine)),
  };
}

function figuresOf({ headline, seconds }: JobRecord, leftOut: readonly string[]): Record<string, number> {
  const numbers = Object.entries(headline?.values ?? {}).filter(
    (entry): entry is [string, number] => typeof entry[1] === "number" && !leftOut.includes(entry[0]),
  );
  return { ...Object.fromEntries(numbers), seconds };
}

function difference(one: JobRecord["machine"], other: JobRecord["machine"]): string {
  const keys = (Object.keys(one) as (keyof typeof one)[]).filter((key) => one[key] !== other[key]);
  return keys.map((key) => `${key} ${one[key]} and ${other[key]}`).join(", ");
}

function withoutSeed(at: SweepJob["at"]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(at).filter(([name]) => name !== "seed"));
}

function meanOf(group: readonly Found[]): SweepMean {
  return { at: withoutSeed(group[0]!.row.at), jobs: group.length, ...overJobs(group) };
}

/**
 * Means over the jobs that are finished, with 95 % intervals: bootstrap, of "holds" Wilson's. "jaccard" is how alike their circuits
 * are; single jobs have none.
 */
export function overJobs(group: readonly Found[]): Pick<SweepMean, "finished" | "figures"> {
  const finished = group.filter(({ row }) => row.state === "finished");
  const figures: Record<string, SweepFigure> = {};
  for (const name of new Set(finished.flatMap(({ row }) => Object.keys(row.figures)))) {
    figures[name] = figureOver(
      name,
      finished.flatMap(({ row }) => row.figures[name] ?? []),
    );
  }
  const jaccard = alikeness(finished.flatMap(({ circuit }) => circuit ?? []));
  return { finished: finished.length, figures: { ...figures, ...(jaccard && { jaccard }) } };
}

function figureOver(name: string, values: readonly number[]): SweepFigure {
  const sum = values.reduce((so, value) => so + value, 0);
  const interval =
    name === "holds" ? shareInterval(sum, values.length) : meanInterval(Float64Array.from(values), intervalSeed);
  return { mean: sum / values.length, interval: interval ?? null };
}

/** How alike circuits are: the mean of the Jaccard index of all pairs. */
function alikeness(circuits: readonly Circuit[]): SweepFigure | undefined {
  if (circuits.length < 2) return undefined;
  const kept = circuits.map((circuit) => new Set(keptUnits(circuit).ids()));
  const { jaccard } = agreementOf(kept, { seed: intervalSeed });
  return jaccard && { mean: jaccard.mean, interval: jaccard.interval ?? null };
}

/** Undefined for a verb that finds no circuit. */
async function circuitOf(record: JobRecord, store: SweepStore): Promise<Circuit | undefined> {
  if (record.verb !== "prune") return undefined;
  const { circuit } = (await store.result(record)) as { readonly circuit: Circuit };
  return parseCircuit(JSON.stringify(circuit), record.id);
}
