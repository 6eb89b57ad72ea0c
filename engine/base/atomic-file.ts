// Writes a file whole or not at all: temporary name beside it, flushed, then renamed.
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";

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

export function writeFileAtomic(path: string, content: string | Uint8Array): void {
  if (isStream(path)) return writeFileSync(descriptorOf(path) ?? path, content);
  mkdirSync(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}.part`;
  const bytes = typeof content === "string" ? Buffer.from(content) : content;
  const file = openSync(temporary, "w");
  try {
    for (let done = 0; done < bytes.length;) done += writeSync(file, bytes, done);
    fsyncSync(file);
  } catch (error) {
    closeSync(file);
    rmSync(temporary, { force: true });
    throw error;
  }
  closeSync(file);
  try {
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}
