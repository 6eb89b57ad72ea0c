// Intervals as text: both ends in brackets, or a word where there were too few values for one.
import type { Interval } from "../engine/base/interval.ts";

export function intervalText(interval: Interval | undefined, digits: number): string {
  return interval ? `[${interval.map((end) => end.toFixed(digits)).join(", ")}]` : "none";
}
