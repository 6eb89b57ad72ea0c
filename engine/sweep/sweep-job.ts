// A job of a sweep: one verb with its settings, named by what decides its result.
import { canonicalJson } from "../base/canonical-json.ts";
import { sha256 } from "../base/hash.ts";
import type { CellVerb, SettingsOf } from "../contract/verbs.ts";
import type { Cell } from "./grid.ts";

export interface SweepJob {
  /** Hash of everything that decides the result: verb, settings, task file and weights. */
  readonly id: string;
  readonly verb: CellVerb;
  /** Of the form of the verb's result. */
  readonly verbVersion: number;
  readonly settings: SettingsOf<CellVerb>;
  readonly at: Cell["at"];
  /** Undefined for a verb without a model. */
  readonly model: JobModel | undefined;
  /** The task file, which goes with the job to machines that do not have it. */
  readonly task: TaskText | undefined;
}

/** A model as the one who made the sweep knows it; a worker may have it under another name. */
export interface JobModel {
  readonly name: string;
  /** A folder, a file, or "org/name@commit". */
  readonly source: string;
  /** Of its weights: it alone says which model is meant. */
  readonly sha256: string;
}

export interface TaskText {
  /** Its name without its folder. */
  readonly name: string;
  readonly sha256: string;
  readonly text: string;
}

/** Where a job's settings say which file or model is meant, its content stands in the place of the name. */
export function jobId({ verb, verbVersion, settings, model, task }: Omit<SweepJob, "id" | "at">): string {
  const contents = { ...(task && { task: task.sha256 }), ...(model && { model: model.sha256 }) };
  return sha256(canonicalJson({ verb, verbVersion, settings: { ...(settings as object), ...contents } }));
}
