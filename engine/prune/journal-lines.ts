// The lines of a journal: JSON objects, each with a hash over itself and the lines before it.
import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from "node:fs";
import { EngineError } from "../base/errors.ts";
import { say, type Sentence } from "../base/sentence.ts";
import { sha256 } from "../base/hash.ts";
import { withFile } from "../base/refusal.ts";

const sealLength = 16;
const SEAL = /,"seal":"([0-9a-f]{16})"\}$/;
const sealTail = `,"seal":"${"0".repeat(sealLength)}"}`.length;

/** Larger files are no journals; all of it is held in memory. */
const largestJournal = 512e6;

export interface JournalText {
  readonly path: string;
  /** The lines that hold, from the first on, each with the byte behind it. */
  readonly values: readonly { readonly value: unknown; readonly seal: string; readonly end: number }[];
  /** Bytes up to the first line that does not hold. */
  readonly sound: number;
  /** Whole lines, those that do not hold among them. */
  readonly lines: number;
}

/** A line with its hash. @param previous hash of the line before it, "" for the first */
export function sealed(value: object, previous: string): { readonly line: string; readonly seal: string } {
  const body = JSON.stringify(value);
  const seal = sealOf(body, previous);
  return { line: `${body.slice(0, -1)},"seal":"${seal}"}\n`, seal };
}

function sealOf(body: string, previous: string): string {
  return sha256(`${previous}\n${body}`).slice(0, sealLength);
}

/**
 * All lines up to the first that does not hold.
 *
 * @throws EngineError "missing-file", "invalid-file" for what is no journal file, "disk"
 */
export function readJournal(path: string): JournalText {
  const bytes = readBytes(path, largestJournal);
  const values: { readonly value: unknown; readonly seal: string; readonly end: number }[] = [];
  let [seal, at, lines, isSound] = ["", 0, 0, true];
  for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, at)) {
    lines++;
    const found: Opened | undefined = isSound ? opened(bytes.toString("utf8", at, end), seal) : undefined;
    at = end + 1;
    if (found) values.push({ value: found.value, seal: (seal = found.seal), end: at });
    else isSound = false;
  }
  return { path, values, sound: values.at(-1)?.end ?? 0, lines };
}

interface Opened {
  readonly value: unknown;
  readonly seal: string;
}

/** Undefined for a line that does not hold. */
function opened(line: string, previous: string): Opened | undefined {
  const seal = SEAL.exec(line.slice(-sealTail))?.[1];
  const body = `${line.slice(0, -sealTail)}}`;
  if (seal === undefined || seal !== sealOf(body, previous)) return undefined;
  try {
    return { value: JSON.parse(body) as unknown, seal };
  } catch {
    return undefined;
  }
}

/** The first line without its hash looked at: of whatever version the journal is. @throws as `readJournal` */
export function firstLine(path: string): unknown {
  const bytes = readBytes(path, longestHeader);
  const end = bytes.indexOf(10);
  try {
    return JSON.parse(bytes.toString("utf8", 0, end < 0 ? bytes.length : end)) as unknown;
  } catch {
    throw new EngineError("invalid-file", say`${path}:1: not the first line of a run journal.`, {
      place: { file: path, line: 1 },
    });
  }
}

/** Settings are a screenful of options and unit names. */
const longestHeader = 4e6;

function readBytes(path: string, most: number): Buffer {
  return withFile(path, () => {
    const file = openJournal(path);
    try {
      const stat = requireRegular(path, file);
      if (stat.size === 0) throw invalid(path, say`the journal is empty; start the run anew`);
      if (stat.size > largestJournal) throw invalid(path, say`${stat.size} bytes; no run journal is that large`);
      const bytes = Buffer.alloc(Math.min(stat.size, most));
      let read = 0;
      for (let more = 1; more > 0 && read < bytes.length; read += more)
        more = readSync(file, bytes, read, bytes.length - read, null);
      return bytes.subarray(0, read);
    } finally {
      closeSync(file);
    }
  });
}

/** @param file open under the path. @throws EngineError "invalid-file" for a pipe, a device or a folder */
export function requireRegular(path: string, file: number): Stats {
  const stat = fstatSync(file);
  if (stat.isFile()) return stat;
  throw invalid(path, say`is no regular file, so no run journal`);
}

/** Without waiting for a writer, where the path is a pipe. */
function openJournal(path: string): number {
  try {
    return openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    throw new EngineError("missing-file", say`${path}: no such run journal. --resume takes a run's name or its file.`, {
      place: { file: path },
    });
  }
}

function invalid(path: string, what: Sentence): EngineError {
  return new EngineError("invalid-file", say`${path}: ${what}.`, { place: { file: path } });
}
