// What the command line does with an error: one sentence, and the exit code of its kind.
import { EngineError, type ErrorCode } from "../engine/base/errors.ts";
import { refusalOf } from "../engine/base/refusal.ts";

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
  disk: EXIT.failed,
  bucket: EXIT.failed,
  queue: EXIT.failed,
  shape: EXIT.usage,
  "degenerate-task": EXIT.unreachable,
  "threshold-unreachable": EXIT.unreachable,
  cancelled: EXIT.interrupted,
};

export function exitCodeOf(error: unknown): number {
  return error instanceof EngineError ? EXIT_OF[error.code] : EXIT.failed;
}

/** The sentence for a user; a stack trace only where DEBUG asks for it. */
export function failureText(error: unknown, environment: NodeJS.ProcessEnv = process.env): string {
  if (error instanceof EngineError) return `error: ${error.message}`;
  const refusal = refusalOf(error);
  if (refusal && !environment.DEBUG) return `error: ${refusal.message}`;
  const text = error instanceof Error ? error.message : String(error);
  const trace = environment.DEBUG && error instanceof Error ? `\n${error.stack}` : "";
  return `error: ${text}\nThis is a mistake of the program, not yours; run it again with DEBUG=1 and report what it prints.${trace}`;
}
