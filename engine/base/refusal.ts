// What the operating system refuses to do with a file, as a sentence that names the file and the reason.
import { EngineError } from "./errors.ts";
import { say, type Sentence } from "./sentence.ts";

const REASONS: Readonly<Record<string, Sentence>> = {
  EACCES: say`permission is denied`,
  EBUSY: say`another program is using it`,
  EDQUOT: say`your share of the disk is used up`,
  EEXIST: say`it is there already`,
  EFBIG: say`it would be larger than the disk's files may be`,
  EIO: say`the disk does not answer as it should`,
  EISDIR: say`it is a folder`,
  ELOOP: say`its links lead round in a circle`,
  EMFILE: say`too many files are open`,
  ENAMETOOLONG: say`the name is too long`,
  ENFILE: say`too many files are open on this machine`,
  ENODEV: say`the disk is gone`,
  ENOENT: say`there is no such file or folder`,
  ENOSPC: say`the disk is full`,
  ENOTDIR: say`a part of the path is no folder`,
  EPERM: say`it is not permitted`,
  EROFS: say`the disk is read-only`,
  ETXTBSY: say`another program is running it`,
};

/** Undefined for what is no refusal of the system, and for one of no known file. @param path as the user knows it; default: the one that the error names */
export function refusalOf(error: unknown, path?: string): EngineError | undefined {
  if (!(error instanceof Error) || error instanceof EngineError) return undefined;
  const { code, path: own } = error as NodeJS.ErrnoException;
  const reason = REASONS[code ?? ""];
  const file = path ?? own;
  if (reason === undefined || file === undefined) return undefined;
  return new EngineError("disk", say`${file}: ${reason}.`, { place: { file } }, { cause: error });
}

/** Does something with a file. @throws EngineError "disk" where the system refuses, else as the work */
export function withFile<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw refusalOf(error, path) ?? error;
  }
}
