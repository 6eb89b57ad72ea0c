// A file read by ranges: nothing is held but what was asked for, and no range may leave the file.
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { EngineError } from "../base/errors.ts";

export class ByteFile {
  private closed = false;

  private constructor(
    readonly path: string,
    readonly size: number,
    private readonly descriptor: number,
  ) {}

  /** @throws EngineError "missing-file" if there is no such file or it may not be read */
  static open(path: string): ByteFile {
    let descriptor: number;
    try {
      descriptor = openSync(path, "r");
    } catch (cause) {
      throw unreadable(path, cause);
    }
    const status = fstatSync(descriptor);
    if (!status.isFile()) {
      closeSync(descriptor);
      throw new EngineError("missing-file", `${path} is not a file.`, { place: { file: path } });
    }
    return new ByteFile(path, status.size, descriptor);
  }

  /** @throws EngineError "invalid-file" if the range leaves the file */
  read(offset: number, length: number): Buffer {
    if (this.closed) throw new Error(`internal: ${this.path} was read after it was closed`);
    if (!Number.isSafeInteger(offset) || offset < 0 || length < 0 || offset + length > this.size) {
      throw new EngineError(
        "invalid-file",
        `${this.path}: bytes ${offset} to ${offset + length} lie outside the file, which has ${this.size}. Is the download complete?`,
        { place: { file: this.path } },
      );
    }
    const bytes = Buffer.allocUnsafe(length);
    for (let done = 0; done < length;) {
      const count = readSync(this.descriptor, bytes, done, length - done, offset + done);
      if (count === 0) {
        throw new EngineError("invalid-file", `${this.path} became shorter while it was read.`, {
          place: { file: this.path },
        });
      }
      done += count;
    }
    return bytes;
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    closeSync(this.descriptor);
  }
}

function unreadable(path: string, cause: unknown): EngineError {
  const code = (cause as NodeJS.ErrnoException).code;
  const why = code === "ENOENT" ? "there is no such file" : `it cannot be opened (${code})`;
  return new EngineError("missing-file", `${path}: ${why}.`, { place: { file: path } }, { cause });
}
