// Errors as plain data, so that code, place and sentence survive a wire that knows no classes.
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
