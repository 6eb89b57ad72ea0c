// The settings of a sweep that is asked for as a job, its result, and what it tells on the way.
import { asks, type Note, say } from "../base/sentence.ts";
import { z } from "zod";
import type { Frozen } from "../base/frozen.ts";
import type { Interval } from "../base/interval.ts";
import { path, whole } from "./bounds.ts";
import { option } from "./option.ts";

/** An address goes into files and is shown: no password stands in it. */
const queueAddress = z
  .string({ error: asks(say`Give the address of a queue, such as redis://HOST:6379.`) })
  .regex(/^rediss?:\/\/[^@\s]+$/, {
    error: asks(
      say`Write redis://HOST:PORT; a password stands in SECATEUR_QUEUE_PASSWORD where the engine runs, not here.`,
    ),
  });

export const sweepSettings = z.strictObject({
  file: option(path, { flags: "<file>", help: "The sweep file; ablations and confidence ship." }),
  store: option(path.optional(), {
    flags: "--store <place>",
    help: "Keeps results there: a folder, or a bucket as s3://BUCKET/FOLDER.",
    otherwise: "the sweep file's name with .store behind it",
  }),
  queue: option(queueAddress.optional(), {
    flags: "--queue <address>",
    help: "Has workers do the jobs, over this Redis or Valkey, such as redis://HOST:6379.",
    otherwise: "they are done here",
  }),
  limit: option(whole(1, 1_000_000).optional(), {
    flags: "--limit <n>",
    help: "Does so many of the missing jobs at most.",
    otherwise: "all",
  }),
});
export type SweepSettings = Frozen<z.infer<typeof sweepSettings>>;

/** One job. */
export interface SweepJobRow {
  readonly id: string;
  /** Where it stands in the grid: axis → value, as a person types it. */
  readonly at: Readonly<Record<string, string>>;
  readonly state: "finished" | "failed" | "missing";
  /** Of the verb's headline, seconds, and of a circuit 1 where its criterion holds held out, else 0. */
  readonly figures: Readonly<Record<string, number>>;
  readonly failure?: string;
  /** Machines that gave other bytes for the same job, each with what differs. */
  readonly differs: readonly string[];
}

export interface SweepFigure {
  readonly mean: number;
  /** 95 %, over the jobs of the cell; null for too few of them. */
  readonly interval: Interval | null;
}

/** All jobs that have the same values on two axes, or on one. */
export interface SweepCell {
  readonly row: string;
  readonly column: string;
  readonly jobs: number;
  readonly finished: number;
  /** "jaccard": how alike the circuits of its jobs are. */
  readonly figures: Readonly<Record<string, SweepFigure>>;
}

export interface SweepGrid {
  readonly rows: string;
  /** "" where the sweep has one axis alone. */
  readonly columns: string;
  readonly cells: readonly SweepCell[];
}

export interface SweepResult {
  readonly name: string;
  readonly verb: string;
  /** Where the results lie. */
  readonly store: string;
  readonly axes: readonly string[];
  readonly figures: readonly string[];
  /** Of which half of the examples the figures are. */
  readonly split?: string;
  readonly finished: number;
  readonly failed: number;
  readonly missing: number;
  /** Of all finished jobs together. */
  readonly seconds: number;
  readonly rows: readonly SweepJobRow[];
  /** For every two axes. */
  readonly grids: readonly SweepGrid[];
  readonly notes: readonly Note[];
}

/** A job of which a worker tells how far it is, or why it handed it back. */
export type SweepJobAt = { readonly id: string; readonly worker: string } & (
  { readonly stage: string; readonly done: number; readonly total: number } | { readonly handedBack: string }
);

/** All jobs as they stand at first; then each that is done, and how far those are that are under way. */
export type SweepPart =
  | { readonly rows: readonly SweepJobRow[]; readonly axes: readonly string[] }
  | { readonly row: SweepJobRow }
  | SweepJobAt;
