// One attempt at a job: a scratch folder with the journal of the attempt before it, kept in the store while it grows.
//
// Each attempt writes a journal of its own, which begins as a copy of the newest one. So no two machines ever write one file, and a
// machine that was thought dead and comes back spoils nothing.
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { KeptAttempt, SweepStore } from "./sweep-store.ts";

/** A machine that is lost takes so much work with it at most, ms. */
const kept = 2_000;

export class Attempt {
  private readonly timer: NodeJS.Timeout;
  private size: number;
  /** One writing of the journal after the other. */
  private keeping: Promise<void> = Promise.resolve();

  private constructor(
    private readonly store: SweepStore,
    private readonly id: string,
    private readonly own: KeptAttempt,
    readonly folder: string,
    readonly ledger: { readonly file: string; readonly goOn: boolean },
    before: Uint8Array,
  ) {
    if (before.length > 0) writeFileSync(ledger.file, before);
    this.size = before.length;
    // What cannot be kept now is kept the next time; a store that stays broken is told of when the job ends.
    this.timer = setInterval(() => void this.keep().catch(() => undefined), kept).unref();
  }

  static async begin(store: SweepStore, id: string): Promise<Attempt> {
    const { attempt, before } = await store.beginAttempt(id);
    const folder = mkdtempSync(join(tmpdir(), "secateur-job-"));
    const ledger = { file: join(folder, "journal.jsonl"), goOn: before.length > 0 };
    return new Attempt(store, id, attempt, folder, ledger, before);
  }

  /** From 1. */
  get number(): number {
    return this.own.number;
  }

  /** Takes what the journal has by now into the store. */
  keep(): Promise<void> {
    const next = this.keeping.catch(() => undefined).then(() => this.keepNow());
    this.keeping = next;
    return next;
  }

  /** @param isDone whether nobody will go on from here */
  async end(isDone: boolean): Promise<void> {
    clearInterval(this.timer);
    try {
      await (isDone ? this.keeping.catch(() => undefined) : this.keep());
      if (isDone) await this.store.dropJournals(this.id);
    } finally {
      rmSync(this.folder, { recursive: true, force: true });
    }
  }

  private async keepNow(): Promise<void> {
    const { file } = this.ledger;
    if (!existsSync(file) || statSync(file).size === this.size) return;
    const bytes = readFileSync(file);
    await this.store.keepJournal(this.own, bytes);
    this.size = bytes.length;
  }
}
