// What the lens read, as a table: a row for each prompt, token and state.
import { csvText } from "../../engine/circuit/exports/csv-text.ts";
import type { LensResult } from "../../engine/choices/lens.ts";

/** @param lenses one for each text; those that follow the first go on counting its prompts */
export function lensCsv(lenses: readonly LensResult[]): string {
  const words = lenses[0]?.words.map(({ word }) => word) ?? [];
  const head = ["text", "position", "token", "site", "layer", "likeliest", "p", "entropy", "kl"];
  const followed = words.flatMap((word) => [`rank ${word}`, `p ${word}`]);
  const rows = lenses.flatMap((lens, text) =>
    lens.places.flatMap(({ prompt, position, readings }) =>
      readings.map(({ top, entropy, kl, tokens }, i) => [
        text + prompt,
        position,
        lens.prompts[prompt]!.tokens[position]!,
        lens.points[i]!.site,
        lens.points[i]!.layer,
        lens.texts[top[0]!.id] ?? "",
        Math.exp(top[0]!.logProbability),
        entropy,
        kl.to,
        ...words.flatMap((_, w) => [tokens[w]!.rank, Math.exp(tokens[w]!.logProbability)]),
      ]),
    ),
  );
  return csvText([[...head, ...followed], ...rows]);
}
