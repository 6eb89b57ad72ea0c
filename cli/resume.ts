// Going on with a stopped run: which options may change, and the command line that does it.
import type { Command } from "commander";
import { EngineError } from "../engine/base/errors.ts";
import { runName } from "../engine/session/run-store.ts";

/** What may change when a run goes on: nothing that its numbers depend on. */
const FREE_OPTIONS: readonly string[] = ["resume", "out", "signs", "threads", "json", "jsonl", "quiet"];

/** @throws EngineError "usage" for an option that would change the run */
export function requireAlone(command: Command): void {
  const mixed = command.options.find(
    (option) =>
      !FREE_OPTIONS.includes(option.attributeName()) && command.getOptionValueSource(option.attributeName()) === "cli",
  );
  if (!mixed) return;
  throw new EngineError(
    "usage",
    `--resume goes on with the run's own settings; leave out ${mixed.long}, or start a new run without --resume.`,
  );
}

/** The arguments with which a run goes on. */
export function goOn(
  command: string,
  journal: string,
  { threads, out }: { readonly threads?: number; readonly out?: string },
): string {
  const kept = [
    ...(threads === undefined ? [] : ["--threads", String(threads)]),
    ...(out === undefined ? [] : ["--out", quoted(out)]),
  ];
  return [command, "--resume", runName(journal), ...kept].join(" ");
}

/** A word as a shell takes it. */
export function quoted(word: string): string {
  return /^[\w./:=,+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
