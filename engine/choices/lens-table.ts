// What a lens read as a table: a row for each prompt, token and state; the one form of it on the command line, in files and in the window.
import type { LensResult } from "./lens.ts";

export interface LensTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
}

/** @param lenses of one text each, or one of many prompts; they are counted through, and follow the words of the first */
export function lensTable(lenses: readonly LensResult[]): LensTable {
  const words = lenses[0]?.words.map(({ word }) => word) ?? [];
  const columns = ["prompt", "position", "token", "site", "layer", "top", "p", "entropy", "kl"];
  let before = 0;
  const rows = lenses.flatMap(({ points, prompts, places, texts }) => {
    const first = before;
    before += prompts.length;
    return places.flatMap(({ prompt, position, readings }) =>
      readings.map(({ top: [likeliest], entropy, kl, tokens }, i) => [
        first + prompt,
        position,
        prompts[prompt]!.tokens[position]!,
        points[i]!.site,
        points[i]!.layer,
        texts[likeliest!.id]!,
        Math.exp(likeliest!.logProbability),
        entropy,
        kl.to,
        ...words.flatMap((_, w) => [tokens[w]!.rank, Math.exp(tokens[w]!.logProbability)]),
      ]),
    );
  });
  return { columns: [...columns, ...words.flatMap((word) => [`rank ${word}`, `p ${word}`])], rows };
}
