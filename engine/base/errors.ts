// The one error class that a user can act on, its closed list of codes, and the place in a file that it points at.
import { say, type Sentence } from "./sentence.ts";

/** What went wrong, as a closed list; the command line maps each code to an exit code. */
export const ERROR_CODES = [
  "usage", // an option or argument has an impossible value
  "invalid-file", // a file's bytes or text do not follow its format
  "invalid-task", // a task file is well-formed but says something impossible
  "missing-file", // a file or folder that was named does not exist
  "missing-weight", // a checkpoint lacks a tensor that its architecture needs
  "unsupported", // known, but not supported here: architecture, quantisation, option
  "model-not-found", // no model under that name
  "download", // the network, the Hub or the disk refused
  "disk", // the system refuses to read or write a file: full, read-only, forbidden
  "bucket", // the bucket of a sweep's store cannot be reached, or refuses
  "queue", // the queue of a sweep's jobs cannot be reached, refuses, or gave a job up
  "shape", // two sizes that must agree do not
  "degenerate-task", // the model cannot do the task, or full and empty circuit do not differ
  "threshold-unreachable", // the full circuit itself misses the criterion
  "cancelled", // stopped on request
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

/** A place in a file, 1-based. */
export interface Place {
  readonly file: string;
  readonly line?: number;
  readonly column?: number;
}

export interface ErrorFacts {
  readonly place?: Place;
  /** Other facts, as plain data. */
  readonly [fact: string]: unknown;
}

/** An error that a user can act on: the message is one sentence that names file, place, value and remedy. */
export class EngineError extends Error {
  readonly code: ErrorCode;
  readonly sentence: Sentence;
  readonly facts: ErrorFacts;

  constructor(code: ErrorCode, sentence: Sentence, facts: ErrorFacts = {}, options?: { cause?: unknown }) {
    super(sentence.text, options);
    this.name = "EngineError";
    this.code = code;
    this.sentence = sentence;
    this.facts = facts;
  }
}

/** What an error says; of one that is not the engine's own the bare message. */
export function saidBy(error: unknown): Sentence {
  if (error instanceof EngineError) return error.sentence;
  return say`${error instanceof Error ? error.message : String(error)}`;
}

/** "file:line:column" as far as it is known. */
export function formatPlace(place: Place): string {
  return [place.file, place.line, place.column].filter((part) => part !== undefined).join(":");
}

/** Throws for a mistake of ours, never for bad input. */
export function assertInternal(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`internal: ${message}`);
}

/** A file may have any number of problems: so many stand in the sentence, and so many travel as facts; the count says how many there are. */
export const MOST_PROBLEMS = { listed: 20, kept: 100 } as const;
