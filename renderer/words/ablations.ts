// Kinds of ablation in a reader's words, all from the engine's one table of them.
import { ABLATION_KINDS, ABLATIONS, type AblationKind } from "../../engine/choices/lists.ts";
import type { Words } from "./words.svelte.ts";

export const ablationName = (words: Words, kind: AblationKind): string => words.said(ABLATIONS[kind].name);

/** What each kind gives, a line a kind. */
export function explainedAblations(words: Words): string {
  const kinds = ABLATION_KINDS.map((kind) => `${ablationName(words, kind)}: ${words.said(ABLATIONS[kind].gives)}`);
  return words.t("explain.ablation", { kinds: kinds.join("\n") });
}
