// The journal that a run is resumed from: what its first line says, and whether a run can go on from it.
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { EngineError } from "../base/errors.ts";
import { sha256 } from "../base/hash.ts";
import { Journal, type Ledger, noLedger } from "../prune/journal.ts";
import type { Prepared, TaskSettings } from "./prepare.ts";

/** What is pruned, and so which settings the first line holds. */
export type RunKind = "units" | "edges";

export interface JournalOptions {
  /** File of the journal; without it the run cannot be resumed. */
  readonly journal?: string;
  /** Goes on from the journal instead of starting it. */
  readonly resume?: boolean;
}

const format = "secateur.run";
const version = 2;

interface Header {
  readonly format: typeof format;
  readonly version: typeof version;
  readonly kind: RunKind;
  readonly settings: TaskSettings;
  /** Of model, task and examples: a resumed run must have the same. */
  readonly identity: string;
}

/**
 * Uses a ledger that is closed whatever happens.
 *
 * @throws EngineError "missing-file", "invalid-file" for a journal that this run cannot go on from
 */
export async function withLedger<T>(
  kind: RunKind,
  settings: TaskSettings,
  prepared: Prepared,
  options: JournalOptions,
  use: (ledger: Ledger) => Promise<T>,
): Promise<T> {
  const ledger = openLedger(kind, settings, prepared, options);
  try {
    return await use(ledger);
  } finally {
    if (ledger instanceof Journal) ledger.close();
  }
}

/** The settings that a journal was started with. @throws EngineError "missing-file", "invalid-file" */
export function journalSettings<Settings extends TaskSettings>(kind: RunKind, path: string): Settings {
  const { journal, header } = Journal.open(path);
  journal.close();
  return checkedHeader(kind, path, header).settings as Settings;
}

function openLedger(kind: RunKind, settings: TaskSettings, prepared: Prepared, options: JournalOptions): Ledger {
  if (!options.journal) return noLedger;
  const examples = [...prepared.discovery, ...prepared.heldOut];
  const identity = sha256(JSON.stringify([prepared.model.sha256, prepared.task.sha256, examples]));
  if (!options.resume) {
    const header: Header = { format, version, kind, settings: anywhere(settings), identity };
    return Journal.create(options.journal, header);
  }
  const { journal, header } = Journal.open(options.journal);
  if (checkedHeader(kind, options.journal, header).identity === identity) return journal;
  journal.close();
  throw new EngineError(
    "invalid-file",
    `${options.journal}: the run was made with another task file or another model than "${settings.task}" and ` +
      `"${settings.model}" are now, so its measurements do not hold. Start it anew.`,
    { place: { file: options.journal, line: 1 } },
  );
}

/** The same settings, good in whatever folder the run is resumed. */
function anywhere<Settings extends TaskSettings>(settings: Settings): Settings {
  const model = existsSync(settings.model) ? resolve(settings.model) : settings.model;
  return { ...settings, task: resolve(settings.task), model };
}

function checkedHeader(kind: RunKind, path: string, header: unknown): Header {
  const found = header as Partial<Header> | null;
  const place = { file: path, line: 1 };
  if (found?.format !== format || found.version !== version || !found.settings) {
    throw new EngineError("invalid-file", `${path}:1: not the journal of a run that this version can resume.`, {
      place,
    });
  }
  if (found.kind === kind) return found as Header;
  throw new EngineError(
    "invalid-file",
    `${path}:1: a run that pruned ${found.kind}, not ${kind}; "secateur ${found.kind === "edges" ? "edges" : "prune"} --resume" goes on with it.`,
    { place },
  );
}
