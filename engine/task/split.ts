// Which examples are held out or set aside for validation: decided by what they say, never by when they were drawn.
import { hash32 } from "../base/hash.ts";
import type { Example } from "./example.ts";
import type { ExpandOptions } from "./expand.ts";

/** Examples that are set aside for validation where nobody says how many: so many, or as many as there are. */
const VALIDATION_COUNT = 128;

type SplitOf = (hash: number) => Example["split"];

/**
 * One in ten sets of fillers is held out, two in ten are for validation, whatever their order: a pair of names is in one split in
 * every sentence and in both orders. A model trained without the held-out sets has never seen them.
 */
const byFilling: SplitOf = (hash) =>
  hash % 10 === 0 ? "heldOut" : hash % 10 === 1 || hash % 10 === 2 ? "validation" : "discovery";

/** Half of all clean prompts are held out, one in five is for validation: the rule where a task names no slots to split by. */
const byPrompt: SplitOf = (hash) =>
  hash % 2 === 0 ? "heldOut" : hash % 10 === 1 || hash % 10 === 3 ? "validation" : "discovery";

export const splitOfFilling = (fillings: readonly string[]): Example["split"] =>
  byFilling(hash32([...fillings].sort().join("|")));

export const splitOfPrompt = (clean: string): Example["split"] => byPrompt(hash32(clean));

/** How many examples are for validation, and whether that many there must be. */
export function validationWanted({ examples, validate }: Pick<ExpandOptions, "examples" | "validate">): {
  count: number;
  isExact: boolean;
} {
  const asked = examples?.validation;
  return { count: asked ?? (validate ? VALIDATION_COUNT : 0), isExact: asked !== undefined };
}
