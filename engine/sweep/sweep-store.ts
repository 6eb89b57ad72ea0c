// The truth about a sweep: for each job a record, its result as a file named by its content, and the journal of what is unfinished.
//
// jobs/ab/ID/SHA256.json, jobs/ab/ID/failure.json · objects/ab/SHA256.json · journals/ab/ID/NUMBER-WRITER.jsonl
//
// "ab" are the first two letters of the hash: of ten million jobs a folder has 40,000.
//
// Whatever may differ between two who do the same job at once has a name of its own, so nobody writes over what another has found, and
// no server need know locks or conditions.
import { randomBytes } from "node:crypto";
import { append } from "../base/append.ts";
import { say } from "../base/sentence.ts";
import { EngineError } from "../base/errors.ts";
import { sha256 } from "../base/hash.ts";
import { plainJson, readPlainJson } from "../base/plain-json.ts";
import { VERBS } from "../verbs/table.ts";
import {
  jobRecord,
  type JobRecord,
  type Machine,
  RECORD_FORMAT,
  RECORD_VERSION,
  type WrittenRecord,
} from "./job-record.ts";
import type { StoreFiles } from "./store-files.ts";
import type { SweepJob } from "./sweep-job.ts";
import { timeless } from "./timeless.ts";

export interface Effort {
  readonly machine: Machine;
  /** Of all attempts together. */
  readonly attempts: number;
  readonly seconds: number;
}

/** An attempt of which a journal is kept. */
export interface KeptAttempt {
  /** From 1. */
  readonly number: number;
  /** Its journal; two attempts that begin at once have one each. */
  readonly file: string;
}

/** So many files are asked for at once. */
const atOnce = 32;

export class SweepStore {
  constructor(readonly files: StoreFiles) {}

  /** Undefined for a job that nobody has done. @throws EngineError "invalid-file" for a record that cannot be read */
  async record(id: string): Promise<JobRecord | undefined> {
    const written: WrittenRecord[] = [];
    for (const name of await this.files.list(recordsOf(id))) {
      const one = await this.read(id, `${recordsOf(id)}/${name}`);
      if (one) written.push(one);
    }
    const [first, ...others] = written
      .filter(({ state }) => state === "finished")
      .sort((a, b) => a.when.localeCompare(b.when) || a.content!.sha256.localeCompare(b.content!.sha256));
    if (!first) return written[0];
    if (others.length === 0) return first;
    return { ...first, others: others.map(({ content, machine }) => ({ content: content!, machine })) };
  }

  /** Of each job, in their order. */
  async records(ids: readonly string[]): Promise<readonly (JobRecord | undefined)[]> {
    const records: (JobRecord | undefined)[] = [];
    for (let at = 0; at < ids.length; at += atOnce) {
      append(records, await Promise.all(ids.slice(at, at + atOnce).map((id) => this.record(id))));
    }
    return records;
  }

  /** @throws EngineError "invalid-file" where the result's bytes are not what was written */
  async result(record: JobRecord): Promise<unknown> {
    if (!record.content)
      throw new EngineError(
        "usage",
        say`job ${record.id} has no result: ${record.failure?.message ?? say`it is not done`}`,
      );
    const name = objectName(record.content.sha256);
    const bytes = await this.files.read(name);
    if (bytes && sha256(bytes) === record.content.sha256) return readPlainJson(textOf(bytes), this.placeOf(name));
    const why = bytes ? say`its bytes are not what was written` : say`it is missing`;
    const message = say`${this.placeOf(name)}: ${why}; delete ${recordsOf(record.id)} in the store, and the job is done again.`;
    throw new EngineError("invalid-file", message, { place: { file: this.placeOf(name) } });
  }

  /** Keeps a result. Where the same job gave other bytes before, the first ones stay and the difference is told. */
  async finish(job: SweepJob, result: unknown, effort: Effort): Promise<JobRecord> {
    const parted = timeless(result);
    const bytes = new TextEncoder().encode(plainJson(parted.timeless));
    const content = { sha256: sha256(bytes), bytes: bytes.length };
    const name = `${recordsOf(job.id)}/${content.sha256}.json`;
    if (!(await this.files.read(name))) {
      await this.files.write(objectName(content.sha256), bytes);
      await this.write(name, {
        ...this.begin(job, effort),
        state: "finished",
        content,
        aside: parted.aside,
        headline: VERBS[job.verb].headline(result as never),
      });
      await this.files.remove(failureName(job.id));
    }
    return (await this.record(job.id))!;
  }

  async fail(
    job: SweepJob,
    failure: { readonly code: string; readonly message: string },
    effort: Effort,
  ): Promise<JobRecord> {
    const before = await this.record(job.id);
    if (before?.state === "finished") return before;
    const record: WrittenRecord = { ...this.begin(job, effort), state: "failed", failure };
    await this.write(failureName(job.id), record);
    return record;
  }

  /** The attempts of which a journal is kept, the newest last. */
  async attempts(id: string): Promise<readonly KeptAttempt[]> {
    const lists = await Promise.all(journalsOf(id).map((folder) => this.inFolder(folder)));
    return lists.flat().sort((a, b) => a.number - b.number);
  }

  journal({ file }: KeptAttempt): Promise<Uint8Array | undefined> {
    return this.files.read(file);
  }

  keepJournal({ file }: KeptAttempt, bytes: Uint8Array): Promise<void> {
    return this.files.write(file, bytes);
  }

  /** Of the next number, with what the newest attempt has measured. */
  async beginAttempt(id: string): Promise<{ readonly attempt: KeptAttempt; readonly before: Uint8Array }> {
    const last = (await this.attempts(id)).at(-1);
    const before = (last && (await this.journal(last))) ?? new Uint8Array();
    const number = (last?.number ?? 0) + 1;
    const name = `${String(number).padStart(4, "0")}-${randomBytes(6).toString("hex")}.jsonl`;
    const attempt = { number, file: `${journalsOf(id)[0]}/${name}` };
    await this.keepJournal(attempt, before);
    return { attempt, before };
  }

  async dropJournals(id: string): Promise<void> {
    for (const { file } of await this.attempts(id)) await this.files.remove(file);
  }

  private async inFolder(folder: string): Promise<KeptAttempt[]> {
    const names = await this.files.list(folder);
    return names
      .map((name) => ({ number: Number.parseInt(name, 10), file: `${folder}/${name}` }))
      .filter(({ number }) => Number.isSafeInteger(number));
  }

  private async read(id: string, name: string): Promise<WrittenRecord | undefined> {
    const bytes = await this.files.read(name);
    if (!bytes) return undefined;
    const parsed = jobRecord.safeParse(readPlainJson(textOf(bytes), this.placeOf(name)));
    if (parsed.success && parsed.data.id === id) return parsed.data;
    const message = say`${this.placeOf(name)}: it is no record of this job that this version can read; delete it, and the job is done again.`;
    throw new EngineError("invalid-file", message, { place: { file: this.placeOf(name) } });
  }

  private begin({ id, verb, verbVersion, settings, at }: SweepJob, { machine, attempts, seconds }: Effort) {
    return {
      format: RECORD_FORMAT,
      version: RECORD_VERSION,
      id,
      verb,
      verbVersion,
      settings,
      at: { ...at },
      attempts,
      seconds,
      when: new Date().toISOString(),
      machine,
    } as const;
  }

  private write(name: string, record: WrittenRecord): Promise<void> {
    return this.files.write(name, new TextEncoder().encode(plainJson(record)));
  }

  private placeOf(name: string): string {
    return `${this.files.name}/${name}`;
  }
}

const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const recordsOf = (id: string): string => `jobs/${id.slice(0, 2)}/${id}`;
/** Where they are written, and where stores that were begun before have them. */
const journalsOf = (id: string): readonly [string, string] => [`journals/${id.slice(0, 2)}/${id}`, `journals/${id}`];
const failureName = (id: string): string => `${recordsOf(id)}/failure.json`;
const objectName = (hash: string): string => `objects/${hash.slice(0, 2)}/${hash}.json`;
