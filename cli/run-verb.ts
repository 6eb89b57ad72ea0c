// Runs a verb for a command: with a bar, with Ctrl-C, in a folder of its own, and with its notes on stderr.
import { type Note, textOf } from "../engine/base/sentence.ts";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, sep } from "node:path";
import type { Command } from "commander";
import { makeFolder } from "../engine/base/make-folder.ts";
import type { PartOf, ResultOf, SettingsOf, VerbName } from "../engine/contract/verbs.ts";
import type { Verb } from "../engine/verbs/verb.ts";
import { interruptible } from "./interrupt.ts";
import { printMessage } from "./output.ts";
import { progressBar } from "./progress.ts";
import { typedExecution } from "./settings-options.ts";

export interface RunFlags<Part> {
  readonly quiet?: boolean;
  /** Where the files that belong to the result stay (default: those that it names in a temporary folder, the others nowhere). */
  readonly folder?: string;
  readonly onPart?: (part: Part) => void;
}

/** @throws EngineError as the verb; "cancelled" after Ctrl-C */
export async function runVerb<Name extends VerbName>(
  verb: Verb<Name>,
  settings: SettingsOf<Name>,
  command: Command,
  { quiet, folder: kept, onPart = () => undefined }: RunFlags<PartOf<Name>> = {},
): Promise<ResultOf<Name>> {
  if (kept !== undefined) makeFolder(kept);
  const folder = kept ?? mkdtempSync(join(tmpdir(), "secateur-"));
  let named: readonly string[] = [];
  const bar = progressBar({ quiet });
  const work = (signal: AbortSignal) =>
    verb.run(settings, {
      execution: typedExecution(command),
      signal,
      report: (stage, done, total) => bar.on(stage, done, total),
      part: onPart,
      note: (sentence) => quiet || printMessage(`note: ${sentence}`),
      folder,
      ledger: { file: join(folder, "ledger.jsonl"), goOn: false },
    });
  try {
    const result = await interruptible((signal) => work(signal).finally(() => bar.stop()), "Stopped.");
    named = Object.values(result).filter((value) => typeof value === "string");
    if (!quiet) for (const note of notesOf(result)) printMessage(`note: ${textOf(note)}`);
    return result;
  } finally {
    if (kept === undefined) removeAllBut(named, folder);
  }
}

/** Removes a folder, but for files and folders in it that a result says are there. */
function removeAllBut(named: readonly string[], folder: string): void {
  const isNamed = (path: string) => named.some((one) => one === path || one.startsWith(path + sep));
  const entries = readdirSync(folder).map((entry) => join(folder, entry));
  for (const entry of entries) if (!isNamed(entry)) rmSync(entry, { recursive: true, force: true });
  if (!entries.some(isNamed)) rmSync(folder, { recursive: true, force: true });
}

/** What a result says about itself. */
function notesOf(result: object): readonly Note[] {
  return "notes" in result ? (result.notes as readonly Note[]) : [];
}
