// What was proved of a circuit being 1-minimal, in a reader's words.
import type { CircuitSearch } from "../../engine/circuit/circuit-schema.ts";
import type { Words } from "./words.svelte.ts";

type Search = Pick<CircuitSearch, "oneMinimal" | "budget" | "verified" | "validation" | "trajectory">;

export function minimalityWords(words: Words, search: Search): string {
  const { oneMinimal, budget, verified, validation } = search;
  if (oneMinimal) return words.t("figures.oneMinimal");
  if (validation?.search.oneMinimal) return proofBefore(words, validation.search.kept, search.trajectory);
  if (budget === undefined || !verified) return words.t("figures.notMinimal");
  return words.t("figures.verified", {
    budget: words.count(budget),
    single: words.percent(verified.single),
    blocks: words.percent(verified.inBlocks),
    largest: verified.largestBlock,
  });
}

/** It is of the circuit before its last step, which made it hold on validation examples too. */
function proofBefore(words: Words, kept: number, trajectory: Search["trajectory"]): string {
  const { added = [], removed = [] } = trajectory.at(-1) ?? {};
  const before = words.t("figures.minimalBefore", { kept, back: added.length });
  return removed.length === 0 ? before : before + words.t("figures.takenAway", { gone: removed.length });
}
