// The journal that a run is resumed from: what its first line says, and whether a run can go on from it.
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { EngineError } from "../base/errors.ts";
import { sha256 } from "../base/hash.ts";
import { Journal, type Ledger, noLedger } from "../prune/journal.ts";
import type { Prepared, TaskSettings } from "./prepare.ts";

/** What is made, and so which settings the first line holds; beside it the command that makes it and goes on with it. */
const COMMANDS = { units: "prune", edges: "edges", stability: "stability" } as const;
export type RunKind = keyof typeof COMMANDS;

export interface JournalOptions {
  /** File of the journal; without it the run cannot be resumed. */
  readonly journal?: string;
  /** Goes on from the journal instead of starting it; "if-same": where there is one, of the same run. */
  readonly resume?: boolean | "if-same";
}

const format = "secateur.run";
const version = 3;

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
  identity: string,
  options: JournalOptions,
  use: (ledger: Ledger) => Promise<T>,
): Promise<T> {
  const ledger = openLedger(kind, settings, identity, options);
  try {
    return await use(ledger);
  } finally {
    if (ledger instanceof Journal) ledger.close();
  }
}

/** Of model, task and examples: what is measured on them holds for no others. */
export function identityOf({ model, task, discovery, heldOut }: Prepared): string {
  return sha256(JSON.stringify([model.sha256, task.sha256, [...discovery, ...heldOut]]));
}

/** The settings that a journal was started with. @throws EngineError "missing-file", "invalid-file" */
export function journalSettings<Settings extends TaskSettings>(kind: RunKind, path: string): Settings {
  const { journal, header } = Journal.open(path);
  journal.close();
  return checkedHeader(kind, path, header).settings as Settings;
}

function openLedger(
  kind: RunKind,
  settings: TaskSettings,
  identity: string,
  { journal: path, resume }: JournalOptions,
): Ledger {
  if (!path) return noLedger;
  const own: Header = { format, version, kind, settings: anywhere(settings), identity };
  if (!resume) return Journal.create(path, own);
  if (resume === "if-same") return journalOf(path, own) ?? Journal.create(path, own);
  const { journal, header } = Journal.open(path);
  if (checkedHeader(kind, path, header).identity === identity) return journal;
  journal.close();
  throw new EngineError(
    "invalid-file",
    `${path}: the run was made with another task file or another model than "${settings.task}" and ` +
      `"${settings.model}" are now, so its measurements do not hold. Start it anew.`,
    { place: { file: path, line: 1 } },
  );
}

/** Undefined where there is none of this run. */
function journalOf(path: string, own: Header): Journal | undefined {
  try {
    const { journal, header } = Journal.open(path);
    if (JSON.stringify(header) === JSON.stringify(own)) return journal;
    journal.close();
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
  }
  return undefined;
}

/** The same settings, good in whatever folder the run is resumed. */
function anywhere<Settings extends TaskSettings>(settings: Settings): Settings {
  const model = existsSync(settings.model) ? resolve(settings.model) : settings.model;
  return { ...settings, task: resolve(settings.task), model };
}

function checkedHeader(kind: RunKind, path: string, header: unknown): Header {
  const found = header as Partial<Header> | null;
  const place = { file: path, line: 1 };
  if (found?.format !== format || found.version !== version || !found.settings || !(found.kind! in COMMANDS)) {
    throw new EngineError("invalid-file", `${path}:1: not the journal of a run that this version can resume.`, {
      place,
    });
  }
  if (found.kind === kind) return found as Header;
  throw new EngineError(
    "invalid-file",
    `${path}:1: a run of "secateur ${COMMANDS[found.kind!]}", not of "secateur ${COMMANDS[kind]}"; go on with it by the former's --resume.`,
    { place },
  );
}
