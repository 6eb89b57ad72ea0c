// Which examples are held out: decided by what they say, never by when they were drawn.
import { hash32 } from "../base/hash.ts";

/**
 * True for one in ten sets of fillers, whatever their order: a pair of names is held out, or not, in every sentence and in both orders.
 * A model trained without these sets has never seen them.
 */
export function isHeldOutFilling(fillings: readonly string[]): boolean {
  return hash32([...fillings].sort().join("|")) % 10 === 0;
}

/** True for half of all clean prompts: the rule where a task names no slots to split by. */
export function isHeldOutPrompt(clean: string): boolean {
  return hash32(clean) % 2 === 0;
}
