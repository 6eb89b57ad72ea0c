// Where a sweep's files lie: a folder, or a bucket. Each file is written whole or not at all, and has one writer.
import { existsSync, readdirSync, readFileSync, rmdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { writeFileAtomic } from "../base/atomic-file.ts";
import { withFile } from "../base/refusal.ts";

export interface StoreFiles {
  /** As messages have it, and as a worker is told where results go. */
  readonly name: string;
  /** Undefined where there is no such file. */
  read(name: string): Promise<Uint8Array | undefined>;
  write(name: string, bytes: Uint8Array): Promise<void>;
  /** Also of a file that is not there. */
  remove(name: string): Promise<void>;
  /** Names of the files in a folder of the store, sorted; those of its inner folders are not among them. */
  list(folder: string): Promise<readonly string[]>;
}

/** @throws EngineError "disk" where the system refuses */
export class FolderFiles implements StoreFiles {
  constructor(readonly name: string) {}

  read(name: string): Promise<Uint8Array | undefined> {
    return this.at(name, (path) => (existsSync(path) ? readFileSync(path) : undefined));
  }

  write(name: string, bytes: Uint8Array): Promise<void> {
    return this.at(name, (path) => writeFileAtomic(path, bytes));
  }

  remove(name: string): Promise<void> {
    return this.at(name, (path) => {
      rmSync(path, { force: true });
      removeEmpty(dirname(path));
    });
  }

  list(folder: string): Promise<readonly string[]> {
    return this.at(folder, (path) => {
      if (!existsSync(path)) return [];
      const entries = readdirSync(path, { withFileTypes: true });
      const files = entries.filter((entry) => entry.isFile() && !entry.name.endsWith(".part"));
      return files.map((entry) => entry.name).sort();
    });
  }

  private async at<T>(name: string, work: (path: string) => T): Promise<T> {
    const path = join(this.name, name);
    return Promise.resolve(withFile(path, () => work(path)));
  }
}

/** A folder that a finished job needs no more: of millions each costs a block of the disk. */
function removeEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // Something else is in it, or another took it away.
  }
}
