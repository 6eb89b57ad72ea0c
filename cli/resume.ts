// Going on with a stopped run: which options may change, and the command line that does it.
import type { Command } from "commander";
import { z } from "zod";
import { commandWords, quoted } from "../engine/choices/command.ts";
import type { Execution } from "../engine/choices/execution.ts";
import { option } from "../engine/choices/option.ts";
import { EngineError } from "../engine/base/errors.ts";
import { say } from "../engine/base/sentence.ts";
import { absolutePath } from "../engine/base/file-name.ts";
import { journalSettings, type RunKind, type RunSettings } from "../engine/session/run-journal.ts";
import { journalPath, runName } from "../engine/session/run-store.ts";

/** What may change when a run goes on: nothing that its numbers depend on. */
const FREE_OPTIONS: readonly string[] = [
  "resume",
  "out",
  "signs",
  "threads",
  "device",
  "precision",
  "json",
  "jsonl",
  "quiet",
];

/** @throws EngineError "usage" for an option that would change the run */
export function requireAlone(command: Command): void {
  const mixed = command.options.find(
    (option) =>
      !FREE_OPTIONS.includes(option.attributeName()) && command.getOptionValueSource(option.attributeName()) === "cli",
  );
  if (!mixed) return;
  throw new EngineError(
    "usage",
    say`--resume goes on with the run's own settings; leave out ${mixed.long ?? ""}, or start a new run without --resume.`,
  );
}

/**
 * The run to go on with.
 *
 * @param task as it was typed; undefined where it was left out
 * @throws EngineError "missing-file", "invalid-file"; "usage" where the run is of another task
 */
export function stoppedRun<Kind extends RunKind>(
  kind: Kind,
  run: string,
  task: string | undefined,
): { readonly settings: RunSettings[Kind]; readonly journal: string } {
  const journal = journalPath(run);
  const settings = journalSettings(kind, journal);
  if (task === undefined || absolutePath(task) === absolutePath(settings.task)) return { settings, journal };
  throw new EngineError("usage", say`${run} is a run of ${settings.task}, not of ${task}; leave the task out.`);
}

/** The arguments with which a run goes on. */
export function goOn(
  command: string,
  journal: string,
  { out, ...execution }: Execution & { readonly out?: string } = {},
): string {
  const resumed = commandWords(
    { name: command, settings: resumedSettings },
    { resume: runName(journal), out },
    execution,
  );
  return resumed.map(quoted).join(" ");
}

const resumedSettings = z.strictObject({
  resume: option(z.string(), { flags: "--resume <run>", help: "Goes on with this run." }),
  out: option(z.string().optional(), { flags: "--out <file>", help: "Writes the result here." }),
});
