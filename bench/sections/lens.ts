// The section on the lens, against the plain pass and against the arithmetic.
import { type LensFigures, measureLens } from "../lens.ts";
import type { BenchOptions } from "../options.ts";
import type { Section } from "../section.ts";
import { seconds } from "../table.ts";

export async function lensSection({ threads }: BenchOptions): Promise<Section> {
  const figures = await measureLens(threads);
  const row = (name: string, cell: (figures: LensFigures) => string) => [name, ...figures.map(cell)];
  return {
    title: "The lens over all layers of SmolLM2",
    text: `The logit lens at 31 points of the stream, at the last token of 32 prompts, with the top five, entropy and KL; medians of runs that take
turns. The longer prompts stand behind one to three others with their answers. The read-out is a product with the whole unembedding whatever else is
clever: its multiply-adds over those of the pass say how little the lens can take where both run at one rate. Longer prompts make the pass
dearer and the read-out not.`,
    tables: [
      {
        head: ["lens at 31 points, 32 prompts", ...figures.map(({ length }) => `${length} tokens each`)],
        rows: [
          row("seconds, one plain pass", ({ passSeconds }) => seconds(passSeconds)),
          row("seconds, lens, its pass included", ({ lensSeconds }) => seconds(lensSeconds)),
          row("lens / pass", ({ lensSeconds, passSeconds }) => `${(lensSeconds / passSeconds).toFixed(2)} x`),
          row("the least by arithmetic", ({ leastRatio }) => `${leastRatio.toFixed(2)} x`),
        ],
      },
    ],
  };
}
