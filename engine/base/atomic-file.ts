// Writes a file whole or not at all: temporary name beside it, flushed, then renamed.
import { randomBytes } from "node:crypto";
import { closeSync, fsyncSync, openSync, renameSync, rmSync, statSync, writeFileSync, writeSync } from "node:fs";
import { makeFolder } from "./make-folder.ts";
import { dirname } from "node:path";
import { withFile } from "./refusal.ts";

/** Devices, pipes and descriptors of this process: written to, never replaced. */
export function isStream(path: string): boolean {
  if (/^\/(dev|proc)\//.test(path)) return true;
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats !== undefined && !stats.isFile() && !stats.isDirectory();
}

/** An open descriptor that a path names: a socket behind it cannot be opened again. */
function descriptorOf(path: string): number | undefined {
  const name = /^\/(?:dev|proc\/self)\/(stdout|stderr|fd\/\d{1,4})$/.exec(path)?.[1];
  if (name === undefined) return undefined;
  return name === "stdout" ? 1 : name === "stderr" ? 2 : Number(name.slice("fd/".length));
}

/** @throws EngineError "disk" naming the file where the system refuses */
export function writeFileAtomic(path: string, content: string | Uint8Array): void {
  if (withFile(path, () => isStream(path)))
    return withFile(path, () => writeFileSync(descriptorOf(path) ?? path, content));
  // Two writers of one process have two temporary files as well.
  const temporary = `${path}.${process.pid}-${randomBytes(4).toString("hex")}.part`;
  const bytes = typeof content === "string" ? Buffer.from(content) : content;
  withFile(path, () => {
    try {
      makeFolder(dirname(path));
      writeNew(temporary, bytes);
      renameSync(temporary, path);
    } catch (error) {
      rmSync(temporary, { force: true });
      throw error;
    }
  });
}

/** Everything, however little the disk takes at once. */
export function writeAll(file: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length;) {
    const written = writeSync(file, bytes, done);
    if (written === 0) throw Object.assign(new Error("nothing more is written"), { code: "ENOSPC" });
    done += written;
  }
}

function writeNew(path: string, bytes: Uint8Array): void {
  const file = openSync(path, "wx");
  try {
    writeAll(file, bytes);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
