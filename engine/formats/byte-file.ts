// A file of weights read by ranges: nothing is held but what was asked for, and no range may leave the file.
import { closeSync } from "node:fs";
import { EngineError } from "../base/errors.ts";
import { say } from "../base/sentence.ts";
import { openRegularFile, readRange } from "../base/read-file.ts";

export class ByteFile {
  private closed = false;

  private constructor(
    readonly path: string,
    readonly size: number,
    private readonly descriptor: number,
  ) {}

  /** @throws EngineError "missing-file" if there is no such file or it may not be read, "invalid-file" if it is no regular file */
  static open(path: string): ByteFile {
    const { descriptor, size } = openRegularFile(path, say`weights`);
    return new ByteFile(path, size, descriptor);
  }

  /** @throws EngineError "invalid-file" if the range leaves the file */
  read(offset: number, length: number): Buffer {
    if (this.closed) throw new Error(`internal: ${this.path} was read after it was closed`);
    if (!Number.isSafeInteger(offset) || offset < 0 || length < 0 || offset + length > this.size) {
      throw new EngineError(
        "invalid-file",
        say`${this.path}: bytes ${offset} to ${offset + length} lie outside the file, which has ${this.size}. Is the download complete?`,
        { place: { file: this.path } },
      );
    }
    return readRange(this.path, this.descriptor, offset, length);
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    closeSync(this.descriptor);
  }
}
