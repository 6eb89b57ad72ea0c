// The engine as a service: every call of the contract, answered.
import { hostname } from "node:os";
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import type { Execution } from "../choices/execution.ts";
import { cores } from "../base/cores.ts";
import { type EngineApi, PROTOCOL } from "../contract.ts";
import { listModels } from "../model/listing.ts";
import { addOwnModel, forgetOwnModel } from "../model/own-models.ts";
import { runtimeVersion } from "../runtime/ort.ts";
import { parseCircuitAside, readAside } from "../session/read-aside.ts";
import { resultsFolder, runsFolder } from "../session/run-store.ts";
import { version } from "../session/version.ts";
import { Downloads } from "./downloads.ts";
import { EventLog } from "./event-log.ts";
import { Inspection, type Looks } from "./inspection.ts";
import { Jobs } from "./jobs.ts";
import { keptText, openRelation, openTask, shippedTasks } from "./opened-tasks.ts";
import { Relations } from "./relations.ts";
import { labelFeature } from "./feature-labels.ts";
import { openedVector, shippedContrastSets, vectorFile } from "./directions.ts";
import { ResultStore } from "./result-store.ts";
import { sweepJob } from "../sweep/sweep-verb.ts";

/**
 * @param execution what everything is computed on
 * @returns the calls of one client; what the client is looking at ends when `gone` fires
 */
export function engineService(execution: Execution = {}): (gone?: AbortSignal) => EngineApi {
  const log = new EventLog();
  // What uses every thread is a job, one at a time; short looks are not held up by it.
  const jobs = new Jobs(log, execution, new ResultStore(resultsFolder()));
  const { runs } = jobs;
  const inspection = new Inspection(execution);
  const relations = new Relations(execution);
  const downloads = new Downloads(log);
  const instance = randomUUID();
  const answer = <T>(work: () => T): Promise<Awaited<T>> => Promise.resolve().then(work) as Promise<Awaited<T>>;
  const shared: Omit<EngineApi, keyof Looks> = {
    hello: () =>
      answer(() => ({
        protocol: PROTOCOL,
        secateur: version,
        node: process.version,
        onnxruntime: runtimeVersion,
        platform: `${process.platform} ${process.arch}`,
        threads: execution.threads ?? cores(),
        machine: { name: hostname(), overSsh: process.env.SSH_CONNECTION !== undefined },
        instance,
      })),
    listModels: () => answer(listModels),
    addModel: (path) => answer(() => void addOwnModel(path)),
    forgetModel: (path) => answer(() => forgetOwnModel(path)),
    fetchModel: (name) => downloads.fetch(name),
    stopFetch: () => answer(() => downloads.stop()),
    listTasks: () => answer(shippedTasks),
    openTask: (source) => answer(() => openTask(source, join(runsFolder(), "tasks"))),
    listRuns: () => answer(() => runs.list()),
    openRun: (id) => answer(() => runs.open(id)),
    keep: (source) => answer(() => keptText(source, join(runsFolder(), "tasks"))),
    listContrastSets: () => answer(shippedContrastSets),
    openVector: (request) => answer(() => openedVector(request)),
    vectorFile: (request) => answer(() => vectorFile(request)),
    labelFeature: (request) => answer(() => labelFeature(request)),
    openCircuit: (source) =>
      answer(() =>
        "file" in source ? readAside("circuit", source.file) : parseCircuitAside(source.text, source.name),
      ),
    openRelation: (source) => answer(() => openRelation(source, join(runsFolder(), "tasks"))),
    applyRelation: (file, subject) => relations.apply(file, subject),
    editRelation: (file, subject, object) => relations.edit(file, subject, object),
    start: (verb, settings, priority) => answer(() => jobs.start(verb, settings, priority)),
    stop: (id) => answer(() => jobs.stop(id)),
    pause: (id) => answer(() => jobs.pause(id)),
    resume: (id) => answer(() => jobs.resume(id)),
    move: (id, before) => answer(() => jobs.move(id, before)),
    jobs: () => answer(() => jobs.list()),
    parts: (id, from) => answer(() => jobs.parts(id, from)),
    results: () => answer(() => jobs.results()),
    result: (id) => answer(() => jobs.result(id)),
    tables: (id) => answer(() => jobs.tables(id)),
    rename: (id, name) => answer(() => jobs.edit(id, { name })),
    note: (id, note) => answer(() => jobs.edit(id, { note })),
    pin: (id, pinned) => answer(() => jobs.edit(id, { pinned })),
    deleteResult: (id) => answer(() => jobs.remove(id)),
    sweepJob: (sweep, id) => sweepJob(sweep, id),
    restoreResult: (id) => answer(() => jobs.restore(id)),
    command: (verb, settings) => answer(() => jobs.command(verb, settings)),
    events: (after) => log.after(after),
  };
  return (gone) => ({ ...shared, ...inspection.forClient(gone) });
}
