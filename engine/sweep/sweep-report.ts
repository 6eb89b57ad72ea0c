// Where a sweep stands, and what it has found: a row for each cell, and a mean over seeds for each combination of the other axes.
import { groupBy } from "../base/group.ts";
import type { Interval } from "../base/interval.ts";
import { keptUnits } from "../circuit/kept.ts";
import { parseCircuit } from "../circuit/circuit-file.ts";
import type { Circuit } from "../circuit/circuit-schema.ts";
import { agreementOf } from "../evaluate/agreement.ts";
import { meanInterval } from "../evaluate/bootstrap.ts";
import type { JobRecord } from "./job-record.ts";
import type { SweepJob } from "./sweep-job.ts";
import type { SweepPlan } from "./sweep-plan.ts";
import type { SweepStore } from "./sweep-store.ts";

export interface SweepRow {
  readonly at: SweepJob["at"];
  readonly id: string;
  readonly state: "finished" | "failed" | "missing";
  /** Figures of the verb's headline, and the seconds. */
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
  readonly figures: Readonly<Record<string, { readonly mean: number; readonly interval: Interval | undefined }>>;
  /** Of circuits: share of them whose criterion holds held out, and how alike they are. */
  readonly holds: number | undefined;
  readonly jaccard: { readonly mean: number; readonly interval: Interval | undefined } | undefined;
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
  const records = await store.records(jobs.map(({ id }) => id));
  const found = jobs.map((job, i) => ({ job, record: records[i] }));
  const rows = found.map(({ job, record }) => rowOf(job, record));
  const groups = groupBy(found, ({ job }) => JSON.stringify(withoutSeed(job.at)));
  const count = (state: SweepRow["state"]) => rows.filter((row) => row.state === state).length;
  return {
    name,
    verb,
    jobs: jobs.length,
    finished: count("finished"),
    failed: count("failed"),
    missing: count("missing"),
    seconds: found.reduce((sum, { record }) => sum + (record?.state === "finished" ? record.seconds : 0), 0),
    rows,
    means: await Promise.all([...groups.values()].map((group) => meanOf(group, store))),
  };
}

export function rowOf({ id, at }: Pick<SweepJob, "id" | "at">, record: JobRecord | undefined): SweepRow {
  return {
    at,
    id,
    state: record?.state ?? "missing",
    figures: record?.state === "finished" ? figuresOf(record) : {},
    split: record?.headline?.split,
    failure: record?.failure?.message,
    differs: (record?.others ?? []).map(({ machine }) => difference(record!.machine, machine)),
  };
}

export function figuresOf({ headline, seconds }: JobRecord): Record<string, number> {
  const numbers = Object.entries(headline?.values ?? {}).filter(
    (entry): entry is [string, number] => typeof entry[1] === "number",
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

async function meanOf(
  group: readonly { readonly job: SweepJob; readonly record: JobRecord | undefined }[],
  store: SweepStore,
): Promise<SweepMean> {
  const records = group.flatMap(({ record }) => (record?.state === "finished" ? [record] : []));
  const figures = records.map(figuresOf);
  const names = [...new Set(figures.flatMap(Object.keys))];
  const found = await Promise.all(records.map((record) => circuitOf(record, store)));
  const circuits = found.filter((circuit) => circuit !== undefined);
  const held = circuits.map(({ results }) => results?.heldOut?.criterionHolds).filter((holds) => holds !== undefined);
  return {
    at: withoutSeed(group[0]!.job.at),
    jobs: group.length,
    finished: records.length,
    figures: Object.fromEntries(names.map((name) => [name, overJobs(figures.map((each) => each[name]!))])),
    holds: held.length === 0 ? undefined : held.filter(Boolean).length / held.length,
    jaccard: alikeness(circuits),
  };
}

/** Mean over jobs with its 95 % interval. */
export function overJobs(values: readonly number[]): { mean: number; interval: Interval | undefined } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return { mean, interval: meanInterval(Float64Array.from(values), intervalSeed) };
}

/** How alike circuits are: the mean of the Jaccard index of all pairs. */
export function alikeness(circuits: readonly Circuit[]): SweepMean["jaccard"] {
  if (circuits.length < 2) return undefined;
  const kept = circuits.map((circuit) => new Set(keptUnits(circuit).ids()));
  const { jaccard } = agreementOf(kept, { seed: intervalSeed });
  return jaccard && { mean: jaccard.mean, interval: jaccard.interval };
}

/** Undefined for a verb that finds no circuit. */
export async function circuitOf(record: JobRecord, store: SweepStore): Promise<Circuit | undefined> {
  if (record.verb !== "prune") return undefined;
  const { circuit } = (await store.result(record)) as { readonly circuit: Circuit };
  return parseCircuit(JSON.stringify(circuit), record.id);
}
