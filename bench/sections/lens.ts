// The section on the lens, against the plain pass and against the arithmetic.
import { measureLens } from "../lens.ts";
import type { BenchOptions } from "../options.ts";
import type { Section } from "../section.ts";
import { seconds } from "../table.ts";

export async function lensSection({ threads }: BenchOptions): Promise<Section> {
  const { rows, passSeconds, lensSeconds, leastRatio } = await measureLens(threads);
  return {
    title: "The lens over all layers of SmolLM2",
    text: `The logit lens at 31 points of the stream, at the last token of 32 prompts of ${rows} tokens together, with the top five, entropy
and KL; medians of runs that take turns. The read-out is a product with the whole unembedding whatever else is clever: its multiply-adds
over those of the pass say how little the lens can take where both run at one rate. Longer prompts make the pass dearer and the read-out not.`,
    tables: [
      {
        head: ["lens at 31 points, 32 prompts", ""],
        rows: [
          ["seconds, one plain pass", seconds(passSeconds)],
          ["seconds, lens, its pass included", seconds(lensSeconds)],
          ["lens / pass", `${(lensSeconds / passSeconds).toFixed(2)} x`],
          ["the least by arithmetic", `${leastRatio.toFixed(2)} x`],
        ],
      },
    ],
  };
}
