// Jobs and their results as a client sees them.
import type { WireError } from "../contract.ts";
import type { ResultOf, SettingsOf, VerbName } from "./verbs.ts";

/** What a person asked for goes before checks that the program makes by itself. */
export const PRIORITIES = ["asked", "background"] as const;
export type Priority = (typeof PRIORITIES)[number];

/**
 * - waiting: for its turn behind other work that uses every thread
 * - pausing, stopping: until the piece of work that is under way is done
 * - paused: goes on when it is asked to; of a verb that cannot go on from the middle only before its turn
 * - stopped: ended on request, or with the engine; goes on where its verb can
 */
export const JOB_STATES = [
  "waiting",
  "running",
  "pausing",
  "paused",
  "stopping",
  "stopped",
  "finished",
  "failed",
] as const;
export type JobState = (typeof JOB_STATES)[number];

export interface JobProgress {
  readonly stage: string;
  readonly done: number;
  readonly total: number;
}

/** Seconds, low to high. */
export type SecondsRange = readonly [number, number];

export interface JobSummary {
  readonly id: string;
  readonly verb: VerbName;
  readonly settings: unknown;
  readonly priority: Priority;
  readonly state: JobState;
  /** Stages in their order. */
  readonly stages: readonly string[];
  readonly progress?: JobProgress;
  /** Until the whole job is done; undefined while that is a guess. */
  readonly left?: SecondsRange;
  /** Whether it can be paused and gone on with in the middle. */
  readonly resumes: boolean;
  readonly about: About;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly failure?: WireError;
}

/** What a job is about, for a card. */
export interface About {
  readonly model?: string;
  /** The task's name. */
  readonly task?: string;
  /** Examples, prompts or texts that the figures are of. */
  readonly n?: number;
}

/** A headline as a file has it: a newer Secateur may have codes that this one has not. */
export interface RecordedHeadline {
  readonly code: string;
  readonly values: Readonly<Record<string, number | string>>;
  readonly split?: "discovery" | "heldOut";
}

/** A result, or what there is of one: a card on the shelf. */
export interface ResultSummary {
  readonly id: string;
  /** As the file names it: a newer Secateur may have verbs that this one has not. */
  readonly verb: string;
  /** "damaged": its files cannot be read any more, or not by this version. */
  readonly state: JobState | "damaged";
  readonly about: About;
  readonly headline?: RecordedHeadline;
  /** When it was asked for, ISO 8601, UTC. */
  readonly when: string;
  /** The time that it took. */
  readonly seconds?: number;
  /** The user's own; "" where there is none. */
  readonly name: string;
  readonly note: string;
  readonly pinned: boolean;
  /** Whether it can be gone on with. */
  readonly resumes: boolean;
  readonly failure?: WireError;
}

/** A result with what made it. */
export interface StoredResult<Name extends VerbName = VerbName> {
  readonly summary: ResultSummary;
  readonly settings: SettingsOf<Name>;
  readonly result: ResultOf<Name>;
  /** The command line that makes it again. */
  readonly command: string;
}

/** Events of jobs and results, before they are numbered. */
export type JobEvent =
  | { readonly type: "job"; readonly job: JobSummary }
  | { readonly type: "job-progress"; readonly id: string; readonly progress: JobProgress; readonly left?: SecondsRange }
  /** One piece of what a job has found so far; `index` counts from 0. */
  | { readonly type: "part"; readonly id: string; readonly index: number; readonly part: unknown }
  | { readonly type: "result"; readonly result: ResultSummary }
  | { readonly type: "result-deleted"; readonly id: string };
