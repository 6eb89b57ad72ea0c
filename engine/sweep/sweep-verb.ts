// The verb "sweep": another verb in every cell of a grid, as one job with one result.
import { dirname, join } from "node:path";
import { say } from "../base/sentence.ts";
import { EngineError } from "../base/errors.ts";
import { installedPath } from "../base/installation.ts";
import { commandLine } from "../choices/command.ts";
import { SHIPPED_SWEEPS } from "../choices/lists.ts";
import type { SweepSettings } from "../choices/sweep.ts";
import type { StoredResult } from "../contract/jobs.ts";
import { commandOf } from "../contract/verbs.ts";
import { resultsFolder } from "../session/run-store.ts";
import { VERBS } from "../verbs/table.ts";
import { stage, type Verb } from "../verbs/verb.ts";
import type { JobRecord } from "./job-record.ts";
import { openStore } from "./open-store.ts";
import type { JobProgress } from "./queue.ts";
import { missing, runHere } from "./run-here.ts";
import { runOnQueue } from "./run-on-queue.ts";
import type { SweepJob } from "./sweep-job.ts";
import { readSweep, spelled, storeOf } from "./sweep-plan.ts";
import { jobRow, sweepResult } from "./sweep-result.ts";

/** How far jobs are is told so often at most, ms. */
const tellEvery = 500;

export const sweep: Verb<"sweep"> = {
  name: "sweep",
  version: 1,
  says: "Runs one verb over a grid of tasks, models, seeds and settings, and skips what is done already.",
  examples: ["sweeps/ablations.yaml"],
  about: ({ file }, result) => ({ task: result?.name ?? spelled(file), ...(result && { n: result.rows.length }) }),
  stages: () => [stage("jobs", 1)],
  // What is done lies in the store.
  resumes: () => true,
  run: async (settings, { execution, signal, report, part }) => {
    const { plan, store } = opened(settings);
    const { jobs } = plan;
    const records = await store.records(jobs.map(({ id }) => id));
    const axes = [...new Set(jobs.flatMap(({ at }) => Object.keys(at)))];
    part({ axes, rows: jobs.map((job, i) => jobRow(job, records[i])) });
    const todo = (await missing(jobs, store)).slice(0, settings.limit);
    const byId = new Map(todo.map((job) => [job.id, job]));
    const onDone = (done: number, total: number, record?: JobRecord) => {
      report("jobs", done, total);
      if (record) part({ row: jobRow(byId.get(record.id)!, record) });
    };
    let told = 0;
    const onProgress = ({ id }: SweepJob, progress: JobProgress) => {
      if (Date.now() - told < tellEvery && !("handedBack" in progress)) return;
      told = Date.now();
      part({ id, ...progress });
    };
    if (settings.queue !== undefined) await runOnQueue(todo, store, settings.queue, { signal, onDone, onProgress });
    else {
      const onStage = (job: SweepJob, name: string, done: number, total: number) =>
        onProgress(job, { worker: "", stage: name, done, total });
      await runHere(todo, store, { execution, signal, onDone, onStage });
    }
    const notes = plan.repeated > 0 ? [say`${plan.repeated} cells ask for what another cell asks for; done once.`] : [];
    return sweepResult(plan, jobs, store, notes);
  },
  headline: ({ name, finished, rows, verb }) => ({
    code: "sweep",
    values: { name, verb, finished, of: rows.length },
  }),
  tables: ({ axes, figures, rows }) => {
    const own = figures.filter((figure) => figure !== "jaccard");
    return [
      {
        title: "jobs",
        columns: [...axes, "state", ...own, "failure"],
        rows: rows.map((row) => [
          ...axes.map((axis) => row.at[axis]),
          row.state,
          ...own.map((figure) => row.figures[figure]),
          row.failure,
        ]),
      },
    ];
  },
};

/** What one job of a sweep has found, as a result of its own verb. @throws EngineError "usage" for one that is not done */
export async function sweepJob(settings: Pick<SweepSettings, "file" | "store">, id: string): Promise<StoredResult> {
  const { plan, store } = opened(settings);
  const job = plan.jobs.find((one) => one.id === id);
  const record = job && (await store.record(id));
  if (!record || record.state === "failed") {
    const why = record?.failure?.message ?? say`it is not done`;
    throw new EngineError("usage", say`${settings.file}: job ${id.slice(0, 12)} has no result: ${why}`);
  }
  const verb = VERBS[job.verb] as unknown as Verb<typeof job.verb>;
  const result = (await store.result(record)) as Awaited<ReturnType<typeof verb.run>>;
  const { when, seconds, headline } = record;
  const about = verb.about(job.settings, result);
  const summary = { id, verb: verb.name, state: "finished", about, when, seconds, name: "", note: "" } as const;
  return {
    summary: { ...summary, ...(headline && { headline: headline as never }), pinned: false, resumes: false },
    settings: job.settings,
    result,
    command: commandLine(commandOf(job.verb), job.settings as never, {}),
  };
}

function opened({ file, store }: Pick<SweepSettings, "file" | "store">) {
  const isShipped = (SHIPPED_SWEEPS as readonly string[]).includes(file);
  const path = isShipped ? installedPath("sweeps", `${file}.yaml`) : file;
  // Where the program lies nothing may be written.
  const own = isShipped ? join(dirname(resultsFolder()), "sweeps", `${file}.store`) : storeOf(path);
  return { plan: readSweep(path), store: openStore(store ?? own) };
}
