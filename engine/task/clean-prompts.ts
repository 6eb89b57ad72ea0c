// Examples of one clean prompt, which differ in the corrupt prompt alone: they are not independent of each other.
import { groupBy } from "../base/group.ts";
import type { Example } from "./example.ts";

/** Indices of the examples by their clean prompt, in the order in which the prompts first stand there. */
export const cleanPrompts = (examples: readonly Pick<Example, "clean">[]): Int32Array[] =>
  samePrompts(examples.map(({ clean }) => clean));

/** Indices of prompts by their tokens. */
export function samePrompts(prompts: readonly { readonly ids: readonly number[] }[]): Int32Array[] {
  const indices = prompts.map((_, i) => i);
  return [...groupBy(indices, (i) => prompts[i].ids.join()).values()].map((own) => Int32Array.from(own));
}
