// Makes folders, with the reason where the system refuses.
import { mkdirSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { EngineError } from "./errors.ts";
import { say } from "./sentence.ts";
import { refusalOf } from "./refusal.ts";

/**
 * A folder and those above it that are missing.
 *
 * They are made one by one: of several missing ones Node names the last, where the first tells why, and in /proc its `recursive`
 * never ends.
 *
 * @throws EngineError "disk" with the first folder that cannot be made and the reason
 */
export function makeFolder(path: string): void {
  makeMissing(resolve(path));
}

function makeMissing(folder: string): void {
  if (isFolder(folder)) return;
  const above = dirname(folder);
  if (above !== folder) makeMissing(above);
  try {
    mkdirSync(folder);
  } catch (error) {
    // Another process may have made it in between.
    if (isFolder(folder)) return;
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw refusalOf(error, folder) ?? error;
    const sentence = say`${folder}: it is no folder, and one is needed there. Name another, or move what is there away.`;
    throw new EngineError("disk", sentence, { place: { file: folder } }, { cause: error });
  }
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}
