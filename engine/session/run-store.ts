// Where runs keep their journals, and how a run is found again by its name.
import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { homedir } from "node:os";
import { basename, join } from "node:path";

/** `$SECATEUR_HOME/runs`, else the user's data folder. */
export function runsFolder(environment: NodeJS.ProcessEnv = process.env): string {
  if (environment.SECATEUR_HOME) return join(environment.SECATEUR_HOME, "runs");
  return join(environment.XDG_DATA_HOME || join(homedir(), ".local", "share"), "secateur", "runs");
}

const extension = ".jsonl";

/** The journal file of a run given by name or by path. */
export function journalPath(run: string, environment: NodeJS.ProcessEnv = process.env): string {
  return existsSync(run) || run.endsWith(extension) ? run : join(runsFolder(environment), `${run}${extension}`);
}

/** A path for a new run of a task on a model: "ioi-sprig-3" where 1 and 2 exist. */
export function newJournalPath(task: string, model: string, environment: NodeJS.ProcessEnv = process.env): string {
  const folder = runsFolder(environment);
  mkdirSync(folder, { recursive: true });
  const stem = `${fileSafe(task)}-${fileSafe(model)}-`;
  const taken = readdirSync(folder)
    .filter((name) => name.startsWith(stem) && name.endsWith(extension))
    .map((name) => Number(name.slice(stem.length, -extension.length)))
    .filter(Number.isInteger);
  return join(folder, `${stem}${Math.max(0, ...taken) + 1}${extension}`);
}

/** The one journal of what is made of a run or a task beside its own: "ioi-sprig-3.stability". */
export function besideJournalPath(name: string, what: string, environment: NodeJS.ProcessEnv = process.env): string {
  const folder = runsFolder(environment);
  mkdirSync(folder, { recursive: true });
  return join(folder, `${fileSafe(name)}.${what}${extension}`);
}

export function runName(path: string): string {
  return basename(path, extension);
}

function fileSafe(name: string): string {
  return name.replaceAll(/[^A-Za-z0-9._]+/g, "-");
}
