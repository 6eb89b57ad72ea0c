// Reads files that others made: only regular files, which end, and never more bytes than a file of its kind can have.
import { closeSync, constants, fstatSync, openSync, readSync, statSync } from "node:fs";
import { EngineError } from "./errors.ts";
import { say, type Sentence } from "./sentence.ts";
import { isStandardInput, readStandardInput } from "./standard-input.ts";

/** What a file is taken for → the words for it, the most bytes that are read, and what to do with one that has more. */
export interface FileKind {
  readonly noun: Sentence;
  readonly largest: number;
  readonly remedy: Sentence;
}

const another = say`Is it another kind of file?`;

/** Limits stand far above any true file of the kind, and far below what fills the memory or a text of this engine. */
export const FILE_KINDS = {
  config: { noun: say`config`, largest: 16_000_000, remedy: another },
  tokenizer: { noun: say`tokenizer`, largest: 256_000_000, remedy: another },
  shardIndex: { noun: say`shard index`, largest: 64_000_000, remedy: another },
  /** YAML is written by hand. */
  taskYaml: { noun: say`task`, largest: 1_000_000, remedy: say`Split it into smaller files.` },
  /** Held as a tree of places, dozens of bytes for each of its own. */
  taskJson: { noun: say`task`, largest: 16_000_000, remedy: say`Split it into smaller files.` },
  /** Read row by row. */
  taskRows: { noun: say`task`, largest: 64_000_000, remedy: say`Split it into smaller files.` },
  /** A graph of a large model has some ten million edges of fifty characters. */
  circuit: { noun: say`circuit`, largest: 500_000_000, remedy: another },
  relation: { noun: say`relation`, largest: 16_000_000, remedy: another },
  session: { noun: say`session`, largest: 256_000_000, remedy: another },
  result: { noun: say`result`, largest: 500_000_000, remedy: another },
  journal: { noun: say`run journal`, largest: 500_000_000, remedy: another },
  training: { noun: say`training checkpoint`, largest: 2_000_000_000, remedy: another },
  /** Small files that programs keep for themselves: lists, references, locks, tokens. */
  note: { noun: say`settings`, largest: 1_000_000, remedy: another },
} as const satisfies Readonly<Record<string, FileKind>>;

/** A file that is open for reading, and its size when it was opened, bytes. Whoever opens it closes the descriptor. */
export interface OpenedFile {
  readonly descriptor: number;
  readonly size: number;
}

/** Opening a pipe to read would wait for a writer; this does not. Absent on Windows, which has no such files in folders. */
const withoutWaiting = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/**
 * Opens a file for reading by ranges.
 *
 * @param noun what the file should be, for the sentence
 * @throws EngineError "missing-file" where there is none or it may not be read, "invalid-file" for a folder, pipe, socket or device
 */
export function openRegularFile(path: string, noun: Sentence): OpenedFile {
  const fail = (code: "missing-file" | "invalid-file", sentence: Sentence, cause?: unknown): EngineError =>
    new EngineError(code, say`${path}: ${sentence}`, { place: { file: path } }, { cause });
  let descriptor: number;
  try {
    descriptor = openSync(path, withoutWaiting);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") {
      throw fail("missing-file", say`there is no such file; check the path of the ${noun}.`, cause);
    }
    // A socket cannot be opened at all, and a path with a NUL byte has no code of the system.
    if (code === "ENXIO") throw fail("invalid-file", say`is not a regular file; name a ${noun} file.`, cause);
    throw fail(
      "missing-file",
      say`it cannot be opened (${code ?? say`impossible path`}); check its permissions.`,
      cause,
    );
  }
  const status = fstatSync(descriptor);
  if (status.isFile()) {
    requireNoPointer(path, descriptor, status.size);
    return { descriptor, size: status.size };
  }
  closeSync(descriptor);
  if (status.isDirectory()) throw fail("invalid-file", say`is a folder; name one ${noun} file inside it.`);
  throw fail("invalid-file", say`is not a regular file; name a ${noun} file.`);
}

const POINTER = /^version https:\/\/git-lfs\.github\.com\/spec\/v1\noid sha256:[0-9a-f]{64}\nsize (\d+)\n/;
/** Git LFS's own bound of a pointer. */
const LARGEST_POINTER = 1024;

/** A clone without Git LFS has a few lines of text in the place of each large file. */
function requireNoPointer(path: string, descriptor: number, size: number): void {
  if (size >= LARGEST_POINTER) return;
  const bytes = Buffer.alloc(size);
  const pointer = POINTER.exec(bytes.toString("latin1", 0, readSync(descriptor, bytes, 0, size, 0)));
  if (!pointer) return;
  closeSync(descriptor);
  throw new EngineError(
    "invalid-file",
    say`${path}: is a Git LFS pointer to a file of ${pointer[1]} bytes, not that file. Fetch it: git lfs pull in its folder.`,
    { place: { file: path } },
  );
}

/**
 * `length` bytes from `offset` on.
 *
 * @throws EngineError "invalid-file" where the file ends before
 */
export function readRange(path: string, descriptor: number, offset: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  for (let done = 0; done < length;) {
    const count = readSync(descriptor, bytes, done, length - done, offset + done);
    if (count === 0) {
      throw new EngineError("invalid-file", say`${path} became shorter while it was read.`, { place: { file: path } });
    }
    done += count;
  }
  return bytes;
}

/** A whole file, or standard input, as bytes. @throws EngineError "missing-file" or "invalid-file" */
export function readWholeFile(path: string, kind: FileKind): Buffer {
  if (isStandardInput(path)) return readStandardInput(path, kind.largest);
  const { descriptor, size } = openRegularFile(path, kind.noun);
  try {
    if (size <= kind.largest) return readRange(path, descriptor, 0, size);
    const sentence = say`is ${size} bytes large; at most ${kind.largest} are read. ${kind.remedy}`;
    throw new EngineError("invalid-file", say`${path}: ${sentence}`, { place: { file: path } });
  } finally {
    closeSync(descriptor);
  }
}

/** Where there is nothing of that path, it is none. */
export function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

/** A whole file as text, without a byte order mark. @throws EngineError "missing-file" or "invalid-file", also where it is no UTF-8 */
export function readWholeText(path: string, kind: FileKind): string {
  const bytes = readWholeFile(path, kind);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    const sentence = say`is not UTF-8 text, so no ${kind.noun} file. ${another}`;
    throw new EngineError("invalid-file", say`${path}: ${sentence}`, { place: { file: path } }, { cause });
  }
}
