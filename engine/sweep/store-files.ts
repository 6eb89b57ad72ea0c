// The folder where a sweep's files lie; each is written whole or not at all.
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { writeFileAtomic } from "../base/atomic-file.ts";
import { makeFolder } from "../base/make-folder.ts";
import { withFile } from "../base/refusal.ts";

export class StoreFiles {
  /** @param name of the folder, as messages have it */
  constructor(readonly name: string) {}

  /** Undefined where there is no such file. */
  read(name: string): Uint8Array | undefined {
    const path = join(this.name, name);
    return withFile(path, () => (existsSync(path) ? readFileSync(path) : undefined));
  }

  write(name: string, bytes: Uint8Array): void {
    writeFileAtomic(join(this.name, name), bytes);
  }

  /** @returns false where there is such a file already, which stays as it is */
  create(name: string, bytes: Uint8Array): boolean {
    const path = join(this.name, name);
    makeFolder(dirname(path));
    try {
      writeFileSync(path, bytes, { flag: "wx" });
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
      return withFile(path, () => {
        throw error;
      });
    }
  }

  remove(name: string): void {
    const path = join(this.name, name);
    withFile(path, () => rmSync(path, { force: true }));
  }

  /** Names of the files in a folder of the store, sorted; those of its inner folders are not among them. */
  list(folder: string): readonly string[] {
    const path = join(this.name, folder);
    return withFile(path, () =>
      existsSync(path)
        ? readdirSync(path, { withFileTypes: true })
            .filter((entry) => entry.isFile() && !entry.name.endsWith(".part"))
            .map((entry) => entry.name)
            .sort()
        : [],
    );
  }
}
