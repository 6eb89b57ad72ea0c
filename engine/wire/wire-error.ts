// Errors as plain data, so that code, place and sentence survive a wire that knows no classes.
import { say, Sentence } from "../base/sentence.ts";
import { EngineError } from "../base/errors.ts";
import { refusalOf } from "../base/refusal.ts";
import type { WireError } from "../contract.ts";

export function wireError(thrown: unknown): WireError {
  const error = refusalOf(thrown) ?? thrown;
  if (error instanceof EngineError) {
    const { code, message, sentence: said, facts } = error;
    const problems = facts.problems as WireError["problems"];
    return { code, message, said, ...(facts.place && { place: facts.place }), ...(problems && { problems }) };
  }
  return { code: "internal", message: error instanceof Error ? error.message : String(error) };
}

/** What an error on the wire says; of one that is not the engine's own the bare message. */
export function sentenceOf({ message, said }: Pick<WireError, "message" | "said">): Sentence {
  return said ? Sentence.from(said) : say`${message}`;
}
