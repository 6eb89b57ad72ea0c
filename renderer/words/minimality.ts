// What was proved of a circuit being 1-minimal, in a reader's words.
import { type MinimalitySearch, provenMinimal } from "../../engine/circuit/proven-minimal.ts";
import type { Words } from "./words.svelte.ts";

export function minimalityWords(words: Words, search: MinimalitySearch): string {
  const proven = provenMinimal(search);
  switch (proven.of) {
    case "circuit":
      return words.t("figures.oneMinimal");
    case "search": {
      const { kept, back, gone } = proven;
      const before = words.t("figures.minimalBefore", { kept, back });
      return gone === 0 ? before : before + words.t("figures.takenAway", { gone });
    }
    case "shares": {
      const { budget, verified } = proven;
      return words.t("figures.verified", {
        budget: words.count(budget),
        single: words.percent(verified.single),
        blocks: words.percent(verified.inBlocks),
        largest: verified.largestBlock,
      });
    }
    case "nothing":
      return words.t("figures.notMinimal");
    default:
      return proven satisfies never;
  }
}
