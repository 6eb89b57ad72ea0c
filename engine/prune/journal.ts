// The journal of a run: one line a measurement, appended as it is made, from which a stopped run goes on.
import { closeSync, existsSync, fsyncSync, openSync, truncateSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { mkdirSync } from "node:fs";
import { EngineError } from "../base/errors.ts";
import { FILE_KINDS, readWholeFile } from "../base/read-file.ts";

/** What was measured; numbers survive the text exactly. */
export type JournalEntry =
  | { readonly kind: "effects"; readonly units: readonly string[]; readonly metric: readonly number[] }
  | { readonly kind: "estimates"; readonly units: readonly string[]; readonly values: readonly number[] }
  /** A step of training of learned masks: slopes at the gates of the searched units, as base64 of float32. */
  | { readonly kind: "gates"; readonly error: number; readonly slopes: string }
  /** How many of the most open gates the criterion holds for. */
  | { readonly kind: "open"; readonly kept: number }
  | {
      readonly kind: "trial";
      readonly removed: readonly string[];
      readonly added: readonly string[];
      readonly metric: number;
      /** Accuracy or KL, where the first half of the criterion held and a second half was asked for. */
      readonly second: number | null;
      readonly accepted: boolean;
    };

/** Lines between two flushes to the disk: what a power cut can cost. */
const flushEvery = 32;

/** Remembers measurements; this one forgets them, for runs that need no resuming. */
export interface Ledger {
  /** The next entry of an earlier run, while there are any. */
  recall(): JournalEntry | undefined;
  record(entry: JournalEntry): void;
}

export const noLedger: Ledger = { recall: () => undefined, record: () => undefined };

/**
 * The next entry of an earlier run, which must be of this kind.
 *
 * @throws EngineError "invalid-file" where the journal is of another run
 */
export function recallOf<K extends JournalEntry["kind"]>(
  ledger: Ledger,
  kind: K,
): Extract<JournalEntry, { kind: K }> | undefined {
  const entry = ledger.recall();
  if (!entry) return undefined;
  if (entry.kind !== kind) throw foreignEntry();
  return entry as Extract<JournalEntry, { kind: K }>;
}

export function foreignEntry(): EngineError {
  return new EngineError("invalid-file", "The run's journal does not fit this version's search; start the run anew.");
}

export class Journal implements Ledger {
  private next = 0;
  private unflushed = 0;

  private constructor(
    readonly path: string,
    private readonly file: number,
    private readonly entries: readonly JournalEntry[],
  ) {}

  /** Starts a journal whose first line says what run it belongs to. */
  static create(path: string, header: object): Journal {
    mkdirSync(dirname(path), { recursive: true });
    const file = openSync(path, "w");
    writeSync(file, `${JSON.stringify(header)}\n`);
    fsyncSync(file);
    return new Journal(path, file, []);
  }

  /**
   * Opens the journal of a stopped run. A last line cut short by the stop is dropped.
   *
   * @throws EngineError "missing-file", "invalid-file" naming the line
   */
  static open(path: string): { journal: Journal; header: unknown } {
    if (!existsSync(path)) {
      throw new EngineError("missing-file", `${path}: no such run journal. --resume takes a run's name or its file.`, {
        place: { file: path },
      });
    }
    const text = readWholeFile(path, FILE_KINDS.journal).toString("utf8");
    const whole = text.slice(0, text.lastIndexOf("\n") + 1);
    const lines = whole.split("\n").slice(0, -1);
    if (lines.length === 0) {
      throw new EngineError("invalid-file", `${path}: the journal is empty; start the run anew.`, {
        place: { file: path },
      });
    }
    const parsed = lines.map((line, i) => parseLine(path, line, i + 1));
    truncateSync(path, Buffer.byteLength(whole));
    return { journal: new Journal(path, openSync(path, "a"), parsed.slice(1) as JournalEntry[]), header: parsed[0] };
  }

  recall(): JournalEntry | undefined {
    return this.entries[this.next++];
  }

  record(entry: JournalEntry): void {
    writeSync(this.file, `${JSON.stringify(entry)}\n`);
    if (++this.unflushed >= flushEvery) this.flush();
  }

  /** How many measurements the stopped run had made. */
  get recorded(): number {
    return this.entries.length;
  }

  close(): void {
    this.flush();
    closeSync(this.file);
  }

  private flush(): void {
    fsyncSync(this.file);
    this.unflushed = 0;
  }
}

function parseLine(file: string, line: string, number: number): unknown {
  try {
    return JSON.parse(line);
  } catch (cause) {
    throw new EngineError(
      "invalid-file",
      `${file}:${number}: not a line of a run journal (${line.slice(0, 40)}…). Start the run anew, or restore the file.`,
      { place: { file, line: number } },
      { cause },
    );
  }
}
