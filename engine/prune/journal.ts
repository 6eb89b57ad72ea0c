// The journal of a run: one line a measurement, appended as it is made, from which a stopped run goes on.
//
// Each line ends with a hash of itself and of all lines before it, so that what was cut, changed or lost on the disk is told
// from what was measured. Reading never writes; one process at a time, which holds the journal's lock, appends.
import { type Note, say } from "../base/sentence.ts";
import { closeSync, fsyncSync, ftruncateSync, openSync } from "node:fs";
import { makeFolder } from "../base/make-folder.ts";
import { dirname } from "node:path";
import { z } from "zod";
import { writeAll } from "../base/atomic-file.ts";
import { EngineError } from "../base/errors.ts";
import { type Holder, lockHolder, takeLock } from "../base/process-lock.ts";
import { withFile } from "../base/refusal.ts";
import type { ConstantsMemory } from "../score/optimal-constants.ts";
import { type JournalText, readJournal, requireRegular, sealed } from "./journal-lines.ts";

/** What was measured; numbers survive the text exactly. */
export type JournalEntry =
  /** Metric of the full and the empty circuit, and the full one's accuracy: for whoever watches the run. */
  | { readonly kind: "anchors"; readonly full: number; readonly empty: number; readonly accuracy: number }
  | { readonly kind: "effects"; readonly units: readonly string[]; readonly metric: readonly number[] }
  | { readonly kind: "estimates"; readonly units: readonly string[]; readonly values: readonly number[] }
  /** What taking each kept head and MLP out would do to the metric, foreseen at the circuit as it stands. */
  | {
      readonly kind: "forecast";
      readonly units: readonly string[];
      readonly changes: readonly number[];
      readonly spreads: readonly number[];
    }
  /** The unit that was put back, of those that were tried; null where none made the criterion surer. */
  | { readonly kind: "put-back"; readonly added: string | null }
  /** In how many of the draws of validation examples the criterion holds for a circuit, as a share. */
  | { readonly kind: "confidence"; readonly holds: number }
  /** A step of training of gates: slopes at the gates of the searched units, as base64 of float32. */
  | { readonly kind: "gates"; readonly error: number; readonly slopes: string }
  /** Learned constants of optimal ablation at one site, as base64 of float32. */
  | { readonly kind: "constants"; readonly site: string; readonly values: string }
  /** For how many of the first units of a learned order the criterion holds. */
  | { readonly kind: "open"; readonly kept: number }
  | {
      readonly kind: "trial";
      readonly removed: readonly string[];
      readonly added: readonly string[];
      readonly metric: number;
      /** Accuracy or KL, where the first half of the criterion held and a second half was asked for. */
      readonly second: number | null;
      readonly accepted: boolean;
      /** Items kept before it, for whoever watches the run. */
      readonly from: number;
    };

const ids = z.array(z.string());
const numbers = z.array(z.number());
const ENTRY = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("anchors"), full: z.number(), empty: z.number(), accuracy: z.number() }),
  z.object({ kind: z.literal("effects"), units: ids, metric: numbers }),
  z.object({ kind: z.literal("estimates"), units: ids, values: numbers }),
  z.object({ kind: z.literal("forecast"), units: ids, changes: numbers, spreads: numbers }),
  z.object({ kind: z.literal("put-back"), added: z.string().nullable() }),
  z.object({ kind: z.literal("confidence"), holds: z.number() }),
  z.object({ kind: z.literal("gates"), error: z.number(), slopes: z.string() }),
  z.object({ kind: z.literal("constants"), site: z.string(), values: z.string() }),
  z.object({ kind: z.literal("open"), kept: z.int().min(0) }),
  z.object({
    kind: z.literal("trial"),
    removed: ids,
    added: ids,
    metric: z.number(),
    second: z.number().nullable(),
    accepted: z.boolean(),
    from: z.int().min(0),
  }),
]) satisfies z.ZodType<JournalEntry>;

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

/** Learned constants on the tape: a run that goes on has the same to the bit, whatever it is run with. */
export function constantsMemory(ledger: Ledger): ConstantsMemory {
  return {
    recall: (site) => {
      const entry = recallOf(ledger, "constants");
      if (!entry) return undefined;
      if (entry.site !== site) throw foreignEntry();
      return new Float32Array(Uint8Array.from(Buffer.from(entry.values, "base64")).buffer);
    },
    record: (site, values) =>
      ledger.record({ kind: "constants", site, values: Buffer.from(values.buffer).toString("base64") }),
  };
}

export function foreignEntry(): EngineError {
  return new EngineError(
    "invalid-file",
    say`The run's journal does not fit this version's search; start the run anew.`,
  );
}

/** A journal as it is on the disk now, maybe while another process appends to it. */
export interface JournalContent {
  readonly header: unknown;
  readonly entries: readonly JournalEntry[];
  /** Bytes of the lines that hold. */
  readonly sound: number;
  /** The first line that does not hold, 1-based, and how many lines are lost by that; undefined where all hold. */
  readonly damage: { readonly line: number; readonly lost: number } | undefined;
}

/**
 * Reads without writing; what follows a damaged line is left out. A last line that is still being written, or was cut
 * short by a stop, counts as not there.
 *
 * @throws EngineError "missing-file", "invalid-file" where the first line does not hold; "disk"
 */
export function journalContent(path: string): JournalContent {
  return contentOf(readJournal(path));
}

function contentOf({ path, values, sound, lines }: JournalText): JournalContent {
  const entries: JournalEntry[] = [];
  let end = 0;
  for (const { value, end: at } of values) {
    const entry = end === 0 ? undefined : ENTRY.safeParse(value);
    if (entry && !entry.success) break;
    if (entry) entries.push(entry.data);
    end = at;
  }
  const held = end === 0 ? 0 : entries.length + 1;
  if (held === 0) {
    throw new EngineError("invalid-file", say`${path}:1: the journal's first line is damaged; start the run anew.`, {
      place: { file: path, line: 1 },
    });
  }
  const damage = held < lines ? { line: held + 1, lost: lines - held } : undefined;
  return { header: values[0]!.value, entries, sound: Math.min(end, sound), damage };
}

/** The process that appends to a journal now, if any. */
export function journalWriter(path: string): Holder | undefined {
  return lockHolder(path);
}

export class Journal implements Ledger {
  private next = 0;
  private unflushed = 0;
  private previous: string;

  private constructor(
    readonly path: string,
    private readonly file: number,
    private readonly entries: readonly JournalEntry[],
    /** What a damaged line cost, for the user. */
    readonly notes: readonly Note[],
    seal: string,
    private readonly release: () => void,
  ) {
    this.previous = seal;
  }

  /**
   * Starts a journal whose first line says what run it belongs to; what stood there of another run is gone.
   *
   * @throws EngineError "usage" where another process writes it, "disk" where it cannot be written
   */
  static create(path: string, header: object): Journal {
    return locked(path, (release) => {
      const file = openSync(path, "a");
      requireRegular(path, file);
      ftruncateSync(file);
      const journal = new Journal(path, file, [], [], "", release);
      journal.append(header);
      journal.flush();
      return journal;
    });
  }

  /**
   * Opens the journal of a stopped run to go on with it. A last line cut short by the stop is dropped, and so is what
   * follows a damaged line: it is measured again.
   *
   * @param check of the first line, before anything is changed
   * @throws EngineError as `journalContent` and the check, "usage" where another process writes it
   */
  static open(path: string, check: (header: unknown) => void = () => undefined): Journal {
    readJournal(path);
    return locked(path, (release) => {
      const text = readJournal(path);
      const { header, entries, sound, damage } = contentOf(text);
      check(header);
      const file = openSync(path, "a");
      ftruncateSync(file, sound);
      const notes = damage
        ? [say`${path}:${damage.line}: damaged; what stood from there on (${damage.lost} lines) is measured again.`]
        : [];
      return new Journal(path, file, entries, notes, text.values[entries.length]!.seal, release);
    });
  }

  recall(): JournalEntry | undefined {
    return this.entries[this.next++];
  }

  /** @throws EngineError "disk" where the line cannot be written whole */
  record(entry: JournalEntry): void {
    this.append(entry);
    if (++this.unflushed >= flushEvery) this.flush();
  }

  /** How many measurements the stopped run had made. */
  get recorded(): number {
    return this.entries.length;
  }

  close(): void {
    try {
      this.flush();
    } finally {
      closeSync(this.file);
      this.release();
    }
  }

  private append(value: object): void {
    const { line, seal } = sealed(value, this.previous);
    withFile(this.path, () => writeAll(this.file, Buffer.from(line)));
    this.previous = seal;
  }

  private flush(): void {
    withFile(this.path, () => fsyncSync(this.file));
    this.unflushed = 0;
  }
}

/** Opens a journal with its lock, which is let go of where that fails. */
function locked(path: string, open: (release: () => void) => Journal): Journal {
  return withFile(path, () => {
    makeFolder(dirname(path));
    const lock = takeLock(path);
    if ("heldBy" in lock) throw writtenElsewhere(path, lock.heldBy);
    try {
      return open(lock.release);
    } catch (error) {
      lock.release();
      throw error;
    }
  });
}

function writtenElsewhere(path: string, { pid }: Holder): EngineError {
  const who = pid === process.pid ? say`this program` : say`another program (process ${pid})`;
  return new EngineError("usage", say`${path}: ${who} is running it now; wait for it, or stop it there.`, {
    place: { file: path },
  });
}
