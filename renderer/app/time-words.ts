// The time left of a whole job in words: a range, or one time where both ends read the same.
import type { SecondsRange } from "../../engine/contract/jobs.ts";
import type { Words } from "../words/words.svelte.ts";

export function timeLeft(words: Words, left: SecondsRange | undefined): string {
  if (!left) return words.t("progress.estimating");
  const [low, high] = left.map((seconds) => words.seconds(seconds));
  return low === high ? words.t("progress.left", { time: high }) : words.t("progress.leftRange", { low, high });
}
