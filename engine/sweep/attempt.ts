// One attempt at a job: a scratch folder with the journal of the attempt before it, kept in the store while it grows.
//
// Each attempt writes a journal of its own, which begins as a copy of the newest one. So no two machines ever write one file, and a
// machine that was thought dead and comes back spoils nothing.
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SweepStore } from "./sweep-store.ts";

/** A machine that is lost takes so much work with it at most, ms. */
const kept = 2_000;

export class Attempt {
  private readonly timer: NodeJS.Timeout;
  private size: number;

  private constructor(
    private readonly store: SweepStore,
    private readonly id: string,
    /** From 1. */
    readonly number: number,
    readonly folder: string,
    readonly ledger: { readonly file: string; readonly goOn: boolean },
    before: Uint8Array,
  ) {
    if (before.length > 0) writeFileSync(ledger.file, before);
    this.size = before.length;
    this.timer = setInterval(() => this.keep(), kept).unref();
  }

  static begin(store: SweepStore, id: string): Attempt {
    const { number, before } = claimed(store, id);
    const folder = mkdtempSync(join(tmpdir(), "secateur-job-"));
    const ledger = { file: join(folder, "journal.jsonl"), goOn: before.length > 0 };
    return new Attempt(store, id, number, folder, ledger, before);
  }

  /** Takes what the journal has by now into the store. */
  keep(): void {
    const { file } = this.ledger;
    if (!existsSync(file) || statSync(file).size === this.size) return;
    const bytes = readFileSync(file);
    this.store.keepJournal(this.id, this.number, bytes);
    this.size = bytes.length;
  }

  /** @param isDone whether nobody will go on from here */
  end(isDone: boolean): void {
    clearInterval(this.timer);
    if (isDone) this.store.dropJournals(this.id);
    else this.keep();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** The next free number, known from now on, also of a job that keeps no journal; no two attempts get the same. */
function claimed(store: SweepStore, id: string): { readonly number: number; readonly before: Uint8Array } {
  for (;;) {
    const last = store.attempts(id).at(-1);
    const before = (last === undefined ? undefined : store.journal(id, last)) ?? new Uint8Array();
    const number = (last ?? 0) + 1;
    if (store.beginJournal(id, number, before)) return { number, before };
  }
}
