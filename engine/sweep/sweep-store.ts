// The truth about a sweep: for each job a record, its result as a file named by its content, and the journal of what is unfinished.
//
// jobs/ab/ID.json · objects/ab/SHA256.json · journals/ID/ATTEMPT.jsonl
import { EngineError } from "../base/errors.ts";
import { sha256 } from "../base/hash.ts";
import { plainJson, readPlainJson } from "../base/plain-json.ts";
import { VERBS } from "../verbs/table.ts";
import { type JobRecord, jobRecord, type Machine, RECORD_FORMAT, RECORD_VERSION } from "./job-record.ts";
import type { StoreFiles } from "./store-files.ts";
import type { SweepJob } from "./sweep-job.ts";
import { timeless } from "./timeless.ts";

export interface Effort {
  readonly machine: Machine;
  /** Of all attempts together. */
  readonly attempts: number;
  readonly seconds: number;
}

export class SweepStore {
  constructor(readonly files: StoreFiles) {}

  /** Undefined for a job that nobody has done. @throws EngineError "invalid-file" for a record that cannot be read */
  record(id: string): JobRecord | undefined {
    const name = recordName(id);
    const bytes = this.files.read(name);
    if (!bytes) return undefined;
    const parsed = jobRecord.safeParse(readPlainJson(textOf(bytes), this.placeOf(name)));
    if (parsed.success && parsed.data.id === id) return parsed.data;
    const message = `${this.placeOf(name)}: it is no record of this job that this version can read; delete it, and the job is done again.`;
    throw new EngineError("invalid-file", message, { place: { file: this.placeOf(name) } });
  }

  /** @throws EngineError "invalid-file" where the result's bytes are not what was written */
  result(record: JobRecord): unknown {
    if (!record.content)
      throw new EngineError("usage", `job ${record.id} has no result: ${record.failure?.message ?? "it is not done"}`);
    const name = objectName(record.content.sha256);
    const bytes = this.files.read(name);
    if (bytes && sha256(bytes) === record.content.sha256) return readPlainJson(textOf(bytes), this.placeOf(name));
    const why = bytes ? "its bytes are not what was written" : "it is missing";
    const message = `${this.placeOf(name)}: ${why}; delete ${recordName(record.id)} in the store, and the job is done again.`;
    throw new EngineError("invalid-file", message, { place: { file: this.placeOf(name) } });
  }

  /** Keeps a result. Where the same job gave other bytes before, the first ones stay and the difference is told. */
  finish(job: SweepJob, result: unknown, effort: Effort): JobRecord {
    const parted = timeless(result);
    const bytes = new TextEncoder().encode(plainJson(parted.timeless));
    const content = { sha256: sha256(bytes), bytes: bytes.length };
    const before = this.record(job.id);
    if (before?.content) return this.again(before, content, effort.machine);
    this.files.write(objectName(content.sha256), bytes);
    return this.write({
      ...this.begin(job, effort),
      state: "finished",
      content,
      aside: parted.aside,
      headline: VERBS[job.verb].headline(result as never),
    });
  }

  fail(job: SweepJob, failure: { readonly code: string; readonly message: string }, effort: Effort): JobRecord {
    const before = this.record(job.id);
    if (before?.state === "finished") return before;
    return this.write({ ...this.begin(job, effort), state: "failed", failure });
  }

  /** The attempts of which a journal is kept, the newest last. */
  attempts(id: string): readonly number[] {
    const names = this.files.list(`journals/${id}`);
    return names
      .map((name) => Number.parseInt(name, 10))
      .filter(Number.isSafeInteger)
      .sort((a, b) => a - b);
  }

  journal(id: string, attempt: number): Uint8Array | undefined {
    return this.files.read(journalName(id, attempt));
  }

  keepJournal(id: string, attempt: number, bytes: Uint8Array): void {
    this.files.write(journalName(id, attempt), bytes);
  }

  /** @returns false where another has begun an attempt of this number */
  beginJournal(id: string, attempt: number, bytes: Uint8Array): boolean {
    return this.files.create(journalName(id, attempt), bytes);
  }

  dropJournals(id: string): void {
    for (const attempt of this.attempts(id)) this.files.remove(journalName(id, attempt));
  }

  private again(before: JobRecord, content: NonNullable<JobRecord["content"]>, machine: Machine): JobRecord {
    const known = [before.content!, ...(before.others ?? []).map((other) => other.content)];
    if (known.some(({ sha256 }) => sha256 === content.sha256)) return before;
    return this.write({ ...before, others: [...(before.others ?? []), { content, machine }] });
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

  private write(record: JobRecord): JobRecord {
    this.files.write(recordName(record.id), new TextEncoder().encode(plainJson(record)));
    return record;
  }

  private placeOf(name: string): string {
    return `${this.files.name}/${name}`;
  }
}

const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const recordName = (id: string): string => `jobs/${id.slice(0, 2)}/${id}.json`;
const objectName = (hash: string): string => `objects/${hash.slice(0, 2)}/${hash}.json`;
const journalName = (id: string, attempt: number): string => `journals/${id}/${String(attempt).padStart(4, "0")}.jsonl`;
