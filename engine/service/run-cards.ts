// Pruning runs as cards of the one list of results, also those that the command line or an earlier version made.
import { commandLine } from "../choices/command.ts";
import type { ResultSummary } from "../contract/jobs.ts";
import { commandOf } from "../contract/verbs.ts";
import { prune } from "../verbs/prune.ts";
import type { AdoptedRecord } from "./result-store.ts";
import type { StoredRun } from "./runs.ts";

/** What the disk tells of a run. */
export function runCard(run: StoredRun): ResultSummary {
  const { id, request, state, startedAt, failure, circuit, elsewhere, refusal } = run;
  return {
    id,
    verb: "prune",
    state: refusal ? "damaged" : state,
    about: prune.about(request, circuit && { circuit, notes: [] }),
    ...(circuit && { headline: prune.headline({ circuit, notes: [] }) }),
    when: startedAt,
    seconds: circuit?.environment?.seconds,
    name: "",
    note: "",
    pinned: false,
    resumes: state !== "finished" && !refusal && !elsewhere,
    ...(failure && { failure }),
  };
}

/** The record that a run is given when it is first named, deleted or gone on with here. */
export function runRecord(run: StoredRun): AdoptedRecord {
  const { about, headline, when, seconds } = runCard(run);
  return {
    id: run.id,
    verb: "prune",
    settings: run.request,
    execution: {},
    command: commandLine(commandOf("prune"), run.request),
    priority: "asked",
    state: run.state,
    begun: true,
    resumes: true,
    keptAs: "run",
    about,
    headline,
    when,
    seconds,
    failure: run.failure,
  };
}
