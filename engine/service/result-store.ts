// Results as files: a folder each, with a small record that a list is made of and the result itself beside it.
//
// The record is written anew with every change of state, so that a list tells the truth also after the process was killed. While a
// job is under way its process holds a lock on the record: no other goes on with it, changes it or takes its name.
import { greatest } from "../base/greatest.ts";
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { z } from "zod";
import { writeFileAtomic } from "../base/atomic-file.ts";
import { EngineError, saidBy } from "../base/errors.ts";
import { say, type Sentence } from "../base/sentence.ts";
import { sha256 } from "../base/hash.ts";
import { makeFolder } from "../base/make-folder.ts";
import { plainJson, readPlainJson } from "../base/plain-json.ts";
import { lockHolder, takeLock } from "../base/process-lock.ts";
import { FILE_KINDS, readWholeText } from "../base/read-file.ts";
import { withFile } from "../base/refusal.ts";
import { checked } from "../choices/checked.ts";
import { executionSchema } from "../choices/execution.ts";
import { type About, JOB_STATES, type JobState, PRIORITIES, type ResultSummary } from "../contract/jobs.ts";
import { VERB_NAMES, VERB_ROWS, type VerbName } from "../contract/verbs.ts";
import type { PruneResult } from "../contract/prune.ts";
import { formatCircuit } from "../circuit/circuit-file.ts";
import { without } from "../base/without.ts";
import { readCircuitFile } from "../session/circuit-source.ts";
import { fileSafe, giveBack, newJournalPath, runCircuitPath, runName, runsFolder } from "../session/run-store.ts";
import { version as secateur } from "../session/version.ts";
import { EVERY_VERB } from "../sweep/every-verb.ts";
import { sentenceOf, wireError } from "../wire/wire-error.ts";
import type { StageSeconds } from "./time-left.ts";

const format = "secateur.result";
const version = 1;

const RECORD = z.object({
  format: z.literal(format),
  version: z.literal(version),
  id: z.string(),
  verb: z.string(),
  /** Of the form of the verb's result. */
  verbVersion: z.int(),
  secateur: z.string(),
  settings: z.unknown(),
  execution: executionSchema,
  command: z.string(),
  priority: z.enum(PRIORITIES),
  state: z.enum(JOB_STATES),
  /** Whether its work has begun, so that there may be a ledger to go on from. */
  begun: z.boolean(),
  resumes: z.boolean(),
  /** "run": its journal and its circuit lie among the runs. */
  keptAs: z.literal("run").optional(),
  about: z.object({ model: z.string().optional(), task: z.string().optional(), n: z.number().optional() }),
  headline: z
    .object({
      code: z.string(),
      values: z.record(z.string(), z.union([z.string(), z.number()])),
      split: z.enum(["discovery", "heldOut"]).optional(),
    })
    .optional(),
  when: z.iso.datetime(),
  seconds: z.number().optional(),
  stages: z.record(z.string(), z.number()).optional(),
  failure: z.looseObject({ code: z.string(), message: z.string() }).optional(),
  name: z.string(),
  note: z.string(),
  pinned: z.boolean(),
  /** Of the result's file. */
  content: z.object({ sha256: z.string(), bytes: z.int() }).optional(),
});

/** Everything that is kept of a job but its result. */
export type ResultRecord = Readonly<Omit<z.infer<typeof RECORD>, "failure">> & {
  readonly failure?: ResultSummary["failure"];
};

/** What a new record begins with. */
export type NewRecord = Pick<
  ResultRecord,
  "settings" | "execution" | "command" | "priority" | "about" | "resumes" | "keptAs"
> & {
  readonly verb: VerbName;
};

/** What a record of an older run begins with. */
export type AdoptedRecord = Omit<
  ResultRecord,
  "format" | "version" | "verbVersion" | "secateur" | "name" | "note" | "pinned"
>;

const ACTIVE: readonly JobState[] = ["waiting", "running", "pausing", "stopping"];
const trash = ".trash";
/** What was deleted is kept so long, ms. */
const keptInTrash = 30 * 24 * 3_600_000;

export class ResultStore {
  private readonly locks = new Map<string, () => void>();
  private readonly known = new Map<string, { readonly stamp: string; readonly summary: ResultSummary }>();

  constructor(private readonly folder: string) {
    this.emptyTrash();
  }

  /** Takes a name and a folder of its own for a job. @throws EngineError "disk" */
  create(fresh: NewRecord): ResultRecord {
    makeFolder(this.folder);
    const { verb, about } = fresh;
    const model = about.model && basename(about.model);
    const stem = [verb, about.task, model].flatMap((part) => part ?? []).join("-");
    const id = fresh.keptAs ? this.freeRun(about.task!, model!) : this.freeName(fileSafe(stem).slice(-longestStem));
    const record = recordOf({ ...fresh, id, state: "waiting", begun: false, when: new Date().toISOString() });
    this.lock(id);
    this.write(record);
    return record;
  }

  /** Gives a run that has none a record, so that it can be named, deleted and gone on with. */
  adopt(run: AdoptedRecord): void {
    makeFolder(join(this.folder, safeId(run.id)));
    this.write(recordOf(run));
  }

  has(id: string): boolean {
    return existsSync(join(this.folder, safeId(id)));
  }

  /** The file of a job's ledger. */
  ledgerOf({ id, keptAs }: ResultRecord): string {
    return keptAs ? journalPath(id) : join(this.folderOf(id), "ledger.jsonl");
  }

  /** Takes a record up again, to go on with it. @throws EngineError "usage" where another program is at it */
  takeUp(id: string): ResultRecord {
    const record = this.record(id);
    this.lock(id);
    return record;
  }

  /** Of a job of this process. */
  change(record: ResultRecord): void {
    this.write(record);
    if (!ACTIVE.includes(record.state)) this.release(record.id);
  }

  /** Writes a result and the record that says that there is one. */
  finish(record: ResultRecord, result: object): ResultRecord {
    if (record.keptAs)
      writeFileAtomic(runCircuitPath(journalPath(record.id)), formatCircuit((result as PruneResult).circuit));
    const text = plainJson(record.keptAs ? without(result as PruneResult, "circuit") : result);
    writeFileAtomic(this.contentPath(record.id), text);
    const finished = { ...record, content: { sha256: sha256(text), bytes: Buffer.byteLength(text) } };
    this.change(finished);
    return finished;
  }

  /** Takes away what nothing can be made of. */
  discard({ id, keptAs }: ResultRecord): void {
    this.release(id);
    if (keptAs) giveBack(journalPath(id));
    rmSync(this.folderOf(id), { recursive: true, force: true });
  }

  /** The newest first. */
  list(): readonly ResultSummary[] {
    if (!existsSync(this.folder)) return [];
    return readdirSync(this.folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && !entry.name.startsWith("."))
      .map(({ name }) => this.summary(name))
      .sort((a, b) => b.when.localeCompare(a.when) || b.id.localeCompare(a.id));
  }

  /** @throws EngineError "usage" where there is none */
  summary(id: string): ResultSummary {
    const folder = this.folderOf(id);
    const stamp = [this.recordPath(id), this.contentPath(id), `${this.recordPath(id)}.lock`].map(stampOf).join();
    const known = this.known.get(id);
    // A lock may lie there without its holder.
    if (known?.stamp === stamp && !stamp.endsWith("locked")) return known.summary;
    const summary = this.readSummary(id, folder);
    this.known.set(id, { stamp, summary });
    return summary;
  }

  /** @throws EngineError "invalid-file" where its files cannot be read any more, "usage" where there is none */
  record(id: string): ResultRecord {
    const file = this.recordPath(id);
    const text = readWholeText(file, FILE_KINDS.result);
    return checkedRecord(readPlainJson(text, file), file, id);
  }

  /** @throws EngineError "usage" where there is no result yet, "invalid-file" where it is damaged or of another version */
  result(id: string): { readonly record: ResultRecord; readonly result: object } {
    const record = this.record(id);
    const circuitFile = runCircuitPath(journalPath(id));
    // A run may have come to its end in another program.
    if (record.keptAs && existsSync(circuitFile)) {
      return { record, result: { notes: [], ...this.content(record), circuit: readCircuitFile(circuitFile) } };
    }
    if (!record.content)
      throw new EngineError(
        "usage",
        say`${id} has no result${record.failure ? say`: ${sentenceOf(record.failure)}` : say` yet.`}`,
      );
    return { record, result: this.content(record)! };
  }

  /** Undefined where none was written. @throws EngineError "invalid-file" where it is damaged */
  private content({ id, content }: ResultRecord): object | undefined {
    if (!content) return undefined;
    const file = this.contentPath(id);
    const text = readWholeText(file, FILE_KINDS.result);
    if (sha256(text) !== content.sha256) throw damaged(file, say`its text is not what was written.`);
    return readPlainJson(text, file) as object;
  }

  /** @throws EngineError "usage" while it is under way in another program */
  edit(id: string, change: Partial<Pick<ResultRecord, "name" | "note" | "pinned">>): ResultRecord {
    this.requireOurs(id);
    const record = { ...this.record(id), ...change };
    this.write(record);
    return record;
  }

  /** Moves a result to the trash, from where it can be had back. @throws EngineError "usage" while it is under way */
  remove(id: string): void {
    if (this.locks.has(id)) throw new EngineError("usage", say`${id} is under way; stop it before it is deleted.`);
    this.requireOurs(id);
    const from = this.folderOf(id);
    const to = join(this.folder, trash, id);
    makeFolder(join(this.folder, trash));
    withFile(from, () => {
      for (const file of runFilesOf(id)) renameSync(file, join(from, `${runPrefix}${basename(file)}`));
      rmSync(to, { recursive: true, force: true });
      renameSync(from, to);
    });
    this.known.delete(id);
  }

  /** @throws EngineError "usage" where the trash does not have it, or another has its name by now */
  restore(id: string): void {
    const from = join(this.folder, trash, safeId(id));
    if (!existsSync(from)) throw new EngineError("usage", say`${id} is not among the deleted results.`);
    const to = join(this.folder, id);
    if (existsSync(to)) throw new EngineError("usage", say`There is another result "${id}" by now; delete that first.`);
    withFile(from, () => {
      renameSync(from, to);
      for (const name of readdirSync(to).filter((own) => own.startsWith(runPrefix))) {
        renameSync(join(to, name), join(runsFolder(), name.slice(runPrefix.length)));
      }
    });
  }

  /** What the stages of earlier jobs of a verb on a model took, the newest first. */
  pastSeconds(verb: VerbName, { model }: About): StageSeconds[] {
    return this.list()
      .filter((summary) => summary.verb === verb && summary.about.model === model && summary.state === "finished")
      .slice(0, mostPast)
      .map(({ id }) => this.record(id).stages ?? {});
  }

  /** @throws EngineError "usage" where there is no such result */
  folderOf(id: string): string {
    const folder = join(this.folder, safeId(id));
    if (existsSync(folder)) return folder;
    throw new EngineError("usage", say`There is no result "${id}" here.`);
  }

  private readSummary(id: string, folder: string): ResultSummary {
    try {
      const record = this.record(id);
      const isHeld = ACTIVE.includes(record.state) && lockHolder(this.recordPath(id)) !== undefined;
      const file = record.keptAs ? runCircuitPath(journalPath(id)) : this.contentPath(id);
      const isLost = record.state === "finished" && !existsSync(file);
      return summaryOf(isLost ? lost(record) : record, isHeld);
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      return {
        id,
        verb: "",
        state: "damaged",
        about: {},
        when: statSync(folder).birthtime.toISOString(),
        name: "",
        note: "",
        pinned: false,
        resumes: false,
        failure: wireError(error),
      };
    }
  }

  private freeName(stem: string): string {
    const taken = [this.folder, join(this.folder, trash)]
      .flatMap((folder) => (existsSync(folder) ? readdirSync(folder) : []))
      .filter((name) => name.startsWith(`${stem}-`))
      .map((name) => Number(name.slice(stem.length + 1)))
      .filter(Number.isSafeInteger);
    for (let number = greatest(taken, 0) + 1; ; number++) {
      const id = `${stem}-${number}`;
      if (isMade(join(this.folder, id))) return id;
    }
  }

  /** A name that is free among the runs and here. */
  private freeRun(task: string, model: string): string {
    const taken: string[] = [];
    try {
      for (;;) {
        const id = runName(newJournalPath(task, model));
        if (!existsSync(join(this.folder, trash, id)) && isMade(join(this.folder, id))) return id;
        // It stays taken until a free one is found: a deleted run wants its name back.
        taken.push(id);
      }
    } finally {
      for (const id of taken) giveBack(journalPath(id));
    }
  }

  private lock(id: string): void {
    const taken = takeLock(this.recordPath(id));
    if ("heldBy" in taken) throw elsewhere(id, taken.heldBy.pid);
    this.locks.set(id, taken.release);
  }

  private release(id: string): void {
    this.locks.get(id)?.();
    this.locks.delete(id);
  }

  private requireOurs(id: string): void {
    this.folderOf(id);
    const holder = this.locks.has(id) ? undefined : lockHolder(this.recordPath(id));
    if (holder) throw elsewhere(id, holder.pid);
  }

  private write(record: ResultRecord): void {
    writeFileAtomic(this.recordPath(record.id), plainJson(record));
  }

  private recordPath(id: string): string {
    return join(this.folderOf(id), "record.json");
  }

  private contentPath(id: string): string {
    return join(this.folderOf(id), "result.json");
  }

  private emptyTrash(): void {
    const folder = join(this.folder, trash);
    if (!existsSync(folder)) return;
    for (const name of readdirSync(folder)) {
      const path = join(folder, name);
      if (Date.now() - statSync(path).ctimeMs > keptInTrash) rmSync(path, { recursive: true, force: true });
    }
  }
}

/** What a deleted run's own files are called in its folder. */
const runPrefix = "run-";

/** The journal of a run, and what lies beside it. */
function runFilesOf(id: string): string[] {
  const journal = journalPath(id);
  return [journal, runCircuitPath(journal)].filter((file) => existsSync(file));
}

/** The journal of a run by its name alone. */
const journalPath = (id: string): string => join(runsFolder(), `${safeId(id)}.jsonl`);

function recordOf(run: AdoptedRecord): ResultRecord {
  const verb = run.verb as VerbName;
  return {
    ...run,
    format,
    version,
    verbVersion: EVERY_VERB[verb].version,
    secateur,
    name: "",
    note: "",
    pinned: false,
  };
}

/** Names of files have at most 255 bytes, of which numbers and endings take some. */
const longestStem = 180;
/** Earlier jobs that say how long stages take. */
const mostPast = 8;

function summaryOf(record: ResultRecord, isHeld: boolean): ResultSummary {
  const { id, verb, about, headline, when, seconds, name, note, pinned, failure, state, begun } = record;
  const summary = { id, verb, about, headline, when, seconds, name, note, pinned, failure };
  if (!ACTIVE.includes(state)) return { ...summary, state, resumes: canGoOn(record) };
  if (isHeld) return { ...summary, state, resumes: false };
  // Its process is gone. What had not begun has lost nothing.
  if (!begun || record.resumes) return { ...summary, state: "stopped", resumes: true };
  const message = "The engine ended before this was done; run it again.";
  return { ...summary, state: "failed", resumes: false, failure: { code: "engine-lost", message } };
}

/** Whether there is something to go on from. */
export function canGoOn({ state, resumes, begun }: Pick<ResultRecord, "state" | "resumes" | "begun">): boolean {
  return state === "paused" || (state !== "finished" && (resumes || !begun));
}

function lost(record: ResultRecord): ResultRecord {
  const failure = { code: "invalid-file", message: "Its result is missing; run it again." } as const;
  return { ...record, state: "failed", failure };
}

function checkedRecord(data: unknown, file: string, id: string): ResultRecord {
  const parsed = RECORD.safeParse(data);
  if (!parsed.success) {
    const newer = z.looseObject({ format: z.literal(format), version: z.int().gt(version) }).safeParse(data);
    if (newer.success) throw damaged(file, say`it was made by a newer Secateur; open it with that.`);
    throw damaged(file, say`it is no record of a result (${parsed.error.issues[0].path.join(".")}).`);
  }
  const record = parsed.data as unknown as ResultRecord;
  if (record.id !== id) throw damaged(file, say`it is the record of ${record.id}, in a folder of another name.`);
  const verb = VERB_NAMES.find((name) => name === record.verb);
  if (!verb) throw damaged(file, say`this version knows no "${record.verb}"; open it with the one that made it.`);
  if (record.verbVersion !== EVERY_VERB[verb].version) {
    throw damaged(
      file,
      say`it was made by Secateur ${record.secateur}, whose results of ${verb} have another form; run it again: ${record.command}`,
    );
  }
  try {
    checked(VERB_ROWS[verb].settings, record.settings, say`settings`);
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    throw damaged(file, saidBy(error));
  }
  return record;
}

function damaged(file: string, why: Sentence): EngineError {
  return new EngineError("invalid-file", say`${file}: ${why}`, { place: { file } });
}

function elsewhere(id: string, pid: number): EngineError {
  return new EngineError(
    "usage",
    say`${id} is under way in another program (process ${pid}); it can be stopped there.`,
  );
}

function safeId(id: string): string {
  if (id !== "" && basename(id) === id && !id.startsWith(".")) return id;
  throw new EngineError("usage", say`There is no result "${id}" here.`);
}

function isMade(folder: string): boolean {
  try {
    mkdirSync(folder);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

function stampOf(path: string): string {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (path.endsWith(".lock")) return stat ? "locked" : "";
  return stat ? `${stat.mtimeMs}/${stat.size}/${stat.ino}` : "";
}
