// What the command line does with an error: one sentence, and the exit code of its kind.
import { EngineError, type ErrorCode } from "../engine/base/errors.ts";

export const EXIT = { ok: 0, failed: 1, usage: 2, modelNotFound: 3, unreachable: 4, interrupted: 130 } as const;

const EXIT_OF: Readonly<Record<ErrorCode, number>> = {
  usage: EXIT.usage,
  "invalid-file": EXIT.usage,
  "invalid-task": EXIT.usage,
  "missing-file": EXIT.usage,
  "missing-weight": EXIT.usage,
  unsupported: EXIT.usage,
  "model-not-found": EXIT.modelNotFound,
  download: EXIT.failed,
  shape: EXIT.usage,
  "degenerate-task": EXIT.unreachable,
  "threshold-unreachable": EXIT.unreachable,
  cancelled: EXIT.interrupted,
};

export function exitCodeOf(error: unknown): number {
  return error instanceof EngineError ? EXIT_OF[error.code] : EXIT.failed;
}

/** What the operating system refused, in words. */
const REFUSALS: Readonly<Record<string, string>> = {
  EACCES: "permission is denied",
  EISDIR: "it is a folder",
  ENOENT: "there is no such file or folder",
  ENOSPC: "the disk is full",
  ENOTDIR: "a part of the path is no folder",
  EPERM: "it is not permitted",
  EROFS: "the disk is read-only",
};

function refusalText(error: unknown): string | undefined {
  const { code, path } = error as Partial<NodeJS.ErrnoException>;
  const reason = REFUSALS[code ?? ""];
  return reason === undefined || path === undefined ? undefined : `error: ${path}: ${reason}.`;
}

/** The sentence for a user; a stack trace only where DEBUG asks for it. */
export function failureText(error: unknown, environment: NodeJS.ProcessEnv = process.env): string {
  if (error instanceof EngineError) return `error: ${error.message}`;
  const refusal = refusalText(error);
  if (refusal !== undefined && !environment.DEBUG) return refusal;
  const text = error instanceof Error ? error.message : String(error);
  const trace = environment.DEBUG && error instanceof Error ? `\n${error.stack}` : "";
  return `error: ${text}\nThis is a mistake of the program, not yours; run it again with DEBUG=1 and report what it prints.${trace}`;
}
