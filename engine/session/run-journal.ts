// The journal that a run is resumed from: what its first line says, and whether a run can go on from it.
import { say, sayList } from "../base/sentence.ts";
import { existsSync, statSync } from "node:fs";
import { resolve } from "node:path";
import type { Frozen } from "../base/frozen.ts";
import { checked } from "../choices/checked.ts";
import { edgeSettings } from "../choices/edges.ts";
import { UNIT_KINDS } from "../choices/lists.ts";
import { pruneSettings } from "../choices/prune.ts";
import { stabilitySettings } from "../choices/stability.ts";
import type { TaskChoice } from "../choices/task-choice.ts";
import { EngineError } from "../base/errors.ts";
import { sha256 } from "../base/hash.ts";
import { z } from "zod";
import { Journal, journalContent, type Ledger, noLedger } from "../prune/journal.ts";
import { firstLine } from "../prune/journal-lines.ts";
import type { LaidChoice, Prepared } from "./prepare.ts";

/** What is made, and so which settings the first line holds; beside it the command that makes it and goes on with it. */
const COMMANDS = {
  units: { name: "prune", settings: pruneSettings },
  edges: { name: "edges", settings: edgeSettings },
  stability: { name: "stability", settings: stabilitySettings },
} as const;
export type RunKind = keyof typeof COMMANDS;
export type RunSettings = { readonly [Kind in RunKind]: Frozen<z.infer<(typeof COMMANDS)[Kind]["settings"]>> };

export interface JournalOptions {
  /** File of the journal; without it the run cannot be resumed. */
  readonly journal?: string;
  /** Goes on from the journal instead of starting it; "if-same": where there is one, of the same run. */
  readonly resume?: boolean | "if-same";
  /** Hears what a damaged journal costs. */
  readonly onNote?: (note: string) => void;
}

const format = "secateur.run";
const version = 10;

/** Hashes of what the measurements were made with: a run that goes on must have the same. */
export interface Identity {
  readonly weights: string;
  readonly config: string;
  /** Of the vocabulary. */
  readonly tokenizer: string;
  /** Of the file. */
  readonly task: string;
  /** Of all examples with their token ids. */
  readonly examples: string;
  /** Number type. */
  readonly precision: string;
  /** Of the dictionaries laid on the model, where there are any. */
  readonly dictionaries?: readonly string[] | undefined;
}

interface Header {
  readonly format: typeof format;
  readonly version: typeof version;
  readonly kind: RunKind;
  readonly settings: TaskChoice;
  readonly identity: Identity;
}

const hash = z.string().regex(/^[0-9a-f]{64}$/);
const SETTINGS = z.looseObject({
  task: z.string().min(1),
  model: z.string().min(1),
  seed: z.int().optional(),
  examples: z.looseObject({ discovery: z.int().optional(), heldOut: z.int().optional() }).optional(),
  units: z.array(z.enum(UNIT_KINDS)).optional(),
  keep: z.array(z.string()).optional(),
  without: z.array(z.string()).optional(),
});
const HEADER = z.object({
  format: z.literal(format),
  version: z.literal(version),
  kind: z.enum(["units", "edges", "stability"]),
  settings: SETTINGS,
  identity: z.object({
    weights: hash,
    config: hash,
    tokenizer: hash,
    task: hash,
    examples: hash,
    precision: z.string(),
    dictionaries: z.array(hash).optional(),
  }),
});

/**
 * Uses a ledger that is closed whatever happens.
 *
 * @throws EngineError "missing-file", "invalid-file" for a journal that this run cannot go on from
 */
export async function withLedger<T>(
  kind: RunKind,
  settings: TaskChoice,
  identity: Identity,
  options: JournalOptions,
  use: (ledger: Ledger) => Promise<T>,
): Promise<T> {
  const ledger = openLedger(kind, settings, identity, options);
  try {
    if (ledger instanceof Journal) for (const note of ledger.notes) options.onNote?.(String(note));
    return await use(ledger);
  } finally {
    if (ledger instanceof Journal) ledger.close();
  }
}

/** What is measured with one model, task and examples holds for no others. */
export function identityOf({ model, task, discovery, heldOut, validation, fresh, executor, laid }: Prepared): Identity {
  const { tokenizer } = model;
  const vocabulary = Array.from({ length: tokenizer.dVocab }, (_, id) => tokenizer.token(id));
  return {
    weights: model.sha256,
    config: sha256(JSON.stringify(model.config)),
    tokenizer: sha256(JSON.stringify(vocabulary)),
    task: task.sha256,
    examples: sha256(JSON.stringify([...discovery, ...heldOut, ...validation, ...fresh])),
    precision: executor.precision,
    ...(laid.records.length > 0 && { dictionaries: laid.records.map((record) => record.sha256) }),
  };
}

/** The settings that a journal was started with. @throws EngineError "missing-file", "invalid-file" */
export function journalSettings<Kind extends RunKind>(kind: Kind, path: string): RunSettings[Kind] {
  requireVersion(path);
  const { settings } = checkedHeader(kind, path, journalContent(path).header);
  try {
    return checked(COMMANDS[kind].settings, settings, say`settings`) as RunSettings[Kind];
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    throw new EngineError("invalid-file", say`${path}:1: ${error.message}`, { place: { file: path, line: 1 } });
  }
}

/**
 * The settings of a journal of an older version, which this one can show and not go on with; undefined for one of this
 * version, and for what is no journal.
 */
export function olderSettings(
  path: string,
): { readonly settings: z.infer<typeof SETTINGS>; readonly refusal: EngineError } | undefined {
  const found = OLDER.safeParse(firstLine(path));
  if (!found.success || found.data.version >= version) return undefined;
  return { settings: found.data.settings, refusal: olderVersion(path, found.data.version) };
}

/** Whether a file says that it is the journal of other work, or is empty: nobody's run of this kind. */
export function isOfOtherWork(path: string, kind: RunKind): boolean {
  if (statSync(path).size === 0) return true;
  try {
    const found = z.looseObject({ format: z.literal(format), kind: z.string() }).safeParse(firstLine(path));
    return found.success && found.data.kind !== kind;
  } catch (error) {
    if (error instanceof EngineError) return false;
    throw error;
  }
}

const OLDER = z.looseObject({
  format: z.literal(format),
  version: z.int(),
  kind: z.literal("units"),
  settings: SETTINGS,
});

function requireVersion(path: string): void {
  const found = z.looseObject({ format: z.literal(format), version: z.int() }).safeParse(firstLine(path));
  if (found.success && found.data.version < version) throw olderVersion(path, found.data.version);
}

function olderVersion(path: string, found: number): EngineError {
  const message = say`${path}:1: the journal of an older Secateur (version ${found}); this one writes version ${version} and cannot go on with it. Start the run anew with the same settings.`;
  return new EngineError("invalid-file", message, { place: { file: path, line: 1 } });
}

function openLedger(
  kind: RunKind,
  settings: TaskChoice,
  identity: Identity,
  { journal: path, resume }: JournalOptions,
): Ledger {
  if (!path) return noLedger;
  const own: Header = { format, version, kind, settings: anywhere(settings), identity };
  if (!resume) return Journal.create(path, own);
  if (resume === "if-same") return journalOf(path, own) ?? Journal.create(path, own);
  requireVersion(path);
  return Journal.open(path, (header) => {
    requireSame(path, settings, identity, checkedHeader(kind, path, header).identity);
  });
}

const PARTS = {
  weights: "weights",
  config: "configuration",
  tokenizer: "tokenizer",
  task: "task file",
  examples: "examples",
  precision: "number type",
  dictionaries: "dictionaries",
} as const;

function requireSame(path: string, { task, model }: TaskChoice, now: Identity, then: Identity): void {
  const parts = Object.keys(PARTS) as (keyof typeof PARTS)[];
  const other = parts.filter((part) => String(now[part] ?? "") !== String(then[part] ?? "")).map((part) => PARTS[part]);
  if (other.length === 0) return;
  throw new EngineError(
    "invalid-file",
    say`${path}: the run was made with another task file or another model than "${task}" and "${model}" are now (${sayList(other, ", ")}), so its measurements do not hold. Start it anew.`,
    { place: { file: path, line: 1 } },
  );
}

/** Undefined where there is none of this run. @throws EngineError "usage" where another process writes it */
function journalOf(path: string, own: Header): Journal | undefined {
  const isSame = (header: unknown) => JSON.stringify(header) === JSON.stringify(own);
  try {
    return isSame(journalContent(path).header) ? Journal.open(path) : undefined;
  } catch (error) {
    if (error instanceof EngineError && error.code !== "usage") return undefined;
    throw error;
  }
}

/** The same settings, good in whatever folder the run is resumed. */
function anywhere<Settings extends TaskChoice & LaidChoice>(settings: Settings): Settings {
  const model = existsSync(settings.model) ? resolve(settings.model) : settings.model;
  const { dictionary } = settings;
  return {
    ...settings,
    task: resolve(settings.task),
    model,
    ...(dictionary && { dictionary: dictionary.map((folder) => resolve(folder)) }),
  };
}

function checkedHeader(kind: RunKind, path: string, header: unknown): Header {
  const found = HEADER.safeParse(header);
  const place = { file: path, line: 1 };
  if (!found.success) {
    const [issue] = found.error.issues;
    const where = issue && issue.path.length > 0 ? ` (${issue.path.join(".")}: ${issue.message})` : "";
    throw new EngineError(
      "invalid-file",
      say`${path}:1: not the journal of a run that this version can resume${where}.`,
      {
        place,
      },
    );
  }
  if (found.data.kind === kind) return found.data as unknown as Header;
  throw new EngineError(
    "invalid-file",
    say`${path}:1: a run of "secateur ${COMMANDS[found.data.kind].name}", not of "secateur ${COMMANDS[kind].name}"; go on with it by the former's --resume.`,
    { place },
  );
}
