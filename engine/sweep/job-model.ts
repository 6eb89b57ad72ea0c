// Sees to it that a job has the model that it is meant for: the one with its hash, wherever it lies on this machine.
import { say } from "../base/sentence.ts";
import { EngineError } from "../base/errors.ts";
import { findWeights } from "../model/find-weights.ts";
import { lookAtModel, standIn } from "../model/open.ts";
import type { JobModel, SweepJob } from "./sweep-job.ts";

/** Gets a model onto this machine under any name. @throws EngineError "model-not-found", "download", "unsupported", "cancelled" */
export type FetchModel = (
  model: JobModel,
  hooks: { readonly signal: AbortSignal; readonly onProgress: (done: number, total: number) => void },
) => Promise<void>;

export interface ModelHooks {
  /** Undefined where nothing may be fetched. */
  readonly fetch: FetchModel | undefined;
  readonly signal: AbortSignal;
  /** Of a fetch, bytes. */
  readonly onProgress: (done: number, total: number) => void;
}

/** What a name opens in this process by now: a worker does many jobs with one model. */
const OPENS = new Map<string, string>();

/**
 * Afterwards the name in the job's settings opens that model, which calls itself as on the machine of the one who made the sweep: so
 * the result has the same bytes wherever it is made.
 *
 * @throws EngineError "model-not-found" where it is not here; as `fetch`
 */
export async function requireModel({ settings, model }: SweepJob, hooks: ModelHooks): Promise<void> {
  const { model: asked } = settings as { readonly model?: string };
  if (asked === undefined || model === undefined) return;
  if (OPENS.get(asked) === model.sha256) return;
  if (!place(asked, model)) {
    if (!hooks.fetch) throw lacking(asked, model);
    await hooks.fetch(model, hooks);
    if (!place(asked, model)) throw lacking(asked, model, true);
  }
  OPENS.set(asked, model.sha256);
}

/** @returns whether the name opens the model now */
function place(asked: string, { name, source, sha256 }: JobModel): boolean {
  OPENS.delete(asked);
  standIn(asked, undefined);
  const own = opened(asked);
  if (own?.sha256 === sha256 && own.source === source) return true;
  const path = findWeights(sha256);
  if (path !== undefined) standIn(asked, { path, label: { name, source } });
  return path !== undefined || own?.sha256 === sha256;
}

/** What a name opens by itself; undefined where it opens nothing. */
function opened(asked: string): Pick<JobModel, "source" | "sha256"> | undefined {
  try {
    return lookAtModel(asked, ({ source, sha256 }) => ({ source, sha256 }));
  } catch {
    return undefined;
  }
}

function lacking(asked: string, { sha256 }: JobModel, wasFetched = false): EngineError {
  const sentence = wasFetched
    ? say`${asked} was fetched, and what came has other weights than in this job (${sha256.slice(0, 12)}…); put the right one here.`
    : say`No model here has the weights that ${asked} has in this job (${sha256.slice(0, 12)}…). Put it here, or let this worker fetch it with --allow-fetch.`;
  return new EngineError("model-not-found", sentence, { name: asked });
}
