// How a card is called: by the user's own name for it, else by what made it.
import type { ResultSummary } from "../../../engine/contract/jobs.ts";
import type { Words } from "../../words/words.svelte.ts";

export function calledIn(words: Words, { name, verb, about }: Pick<ResultSummary, "name" | "verb" | "about">): string {
  return name || [words.named("verb", verb), about.task].filter(Boolean).join(" · ");
}

/** A model by the last part of its path. */
export function shortModel(model: string): string {
  return model.split(/[\\/]/).at(-1) || model;
}
