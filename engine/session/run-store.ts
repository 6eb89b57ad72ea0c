// Where runs keep their journals, and how a run is found again by its name.
import { greatest } from "../base/greatest.ts";
import { closeSync, existsSync, openSync, readdirSync, rmSync, statSync } from "node:fs";
import { makeFolder } from "../base/make-folder.ts";
import { homedir } from "node:os";
import { basename, join } from "node:path";
import { withFile } from "../base/refusal.ts";

/** `$SECATEUR_HOME`, else the user's data folder. */
function dataFolder(environment: NodeJS.ProcessEnv): string {
  if (environment.SECATEUR_HOME) return environment.SECATEUR_HOME;
  return join(environment.XDG_DATA_HOME || join(homedir(), ".local", "share"), "secateur");
}

/** Where the journals of runs lie. */
export function runsFolder(environment: NodeJS.ProcessEnv = process.env): string {
  return join(dataFolder(environment), "runs");
}

/** Where results lie, a folder each. */
export function resultsFolder(environment: NodeJS.ProcessEnv = process.env): string {
  return join(dataFolder(environment), "results");
}

const extension = ".jsonl";

/** The journal file of a run given by name or by path. */
export function journalPath(run: string, environment: NodeJS.ProcessEnv = process.env): string {
  return existsSync(run) || run.endsWith(extension) ? run : join(runsFolder(environment), `${run}${extension}`);
}

/**
 * Takes a name for a new run of a task on a model, "ioi-sprig-3" where 1 and 2 exist, by an empty file under it: of two
 * programs that ask at once each gets its own.
 *
 * @throws EngineError "disk" where the folder cannot be written
 */
export function newJournalPath(task: string, model: string, environment: NodeJS.ProcessEnv = process.env): string {
  const folder = runsFolder(environment);
  const stem = `${fileSafe(task)}-${fileSafe(model)}-`.slice(-longestStem);
  return withFile(folder, () => {
    makeFolder(folder);
    const taken = readdirSync(folder)
      .filter((name) => name.startsWith(stem) && name.endsWith(extension))
      .map((name) => Number(name.slice(stem.length, -extension.length)))
      .filter(Number.isSafeInteger);
    for (let number = greatest(taken, 0) + 1; ; number++) {
      const path = join(folder, `${stem}${number}${extension}`);
      if (isTaken(path)) return path;
    }
  });
}

/** Names of files have at most 255 bytes, of which endings take some. */
const longestStem = 180;

/** Whether the name was free and is ours now. */
function isTaken(path: string): boolean {
  try {
    closeSync(openSync(path, "wx"));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

/** Gives back the name of a run that ended before it had begun its journal. */
export function giveBack(journal: string): void {
  if (existsSync(journal) && statSync(journal).size === 0) rmSync(journal);
}

/** The circuit file of a finished run, beside its journal. */
export function runCircuitPath(journal: string): string {
  return journal.replace(/\.jsonl$/, ".circuit.json");
}

/** A circuit file by its path, or by the name of the run that it is of. */
export function circuitPath(file: string): string {
  const own = runCircuitPath(join(runsFolder(), `${file}${extension}`));
  return basename(file) === file && !existsSync(file) && existsSync(own) ? own : file;
}

export function runName(path: string): string {
  return basename(path, extension);
}

/** A name of a file in place of any text. */
export function fileSafe(name: string): string {
  return name.replaceAll(/[^A-Za-z0-9._]+/g, "-");
}
