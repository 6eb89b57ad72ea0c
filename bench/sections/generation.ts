// The section on greedy generation, against Transformers and against plain passes.
import { type GenerationFigures, measureGeneration, TIMED_TOKENS } from "../generation.ts";
import type { BenchOptions } from "../options.ts";
import type { Section } from "../section.ts";

export async function generationSection(options: BenchOptions): Promise<Section> {
  const figures = await measureGeneration(options);
  const row = (name: string, cell: (figures: GenerationFigures) => string) => [name, ...figures.map(cell)];
  return {
    title: "Greedy generation with SmolLM2",
    text: `${TIMED_TOKENS} tokens after the first, in float32, keys and values kept; the run of the prompt is not counted. Four rounds of ours,
two before and two after three of Transformers'; medians and ratios of medians. Steered: a vector added behind layer 15 at every token. A plain pass is
what a token costs where nothing is kept.`,
    tables: [
      {
        head: ["a token of SmolLM2", ...figures.map(({ promptLength }) => `after ${promptLength} tokens`)],
        rows: [
          row("ms, secateur", ({ plain }) => milliseconds(plain)),
          row("tokens a second, secateur", ({ plain }) => (1 / median(plain)).toFixed(1)),
          row("ms, secateur, steered", ({ steered }) => milliseconds(steered)),
          row(`ms, Transformers ${figures[0].peer?.version ?? ""}`, ({ peer }) =>
            peer ? milliseconds([peer.seconds]) : "not run",
          ),
          row("Transformers / secateur", ({ plain, peer }) => (peer ? times(peer.seconds / median(plain)) : "")),
          row("the same tokens", ({ peer }) => (peer ? (peer.sameIds ? "yes" : "no") : "")),
          row("steered / not", ({ plain, steered }) => times(median(steered) / median(plain))),
          row("plain pass / secateur", ({ plain, wholePass }) => times(wholePass / median(plain))),
        ],
      },
    ],
  };
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1];
const milliseconds = (seconds: readonly number[]): string => (1000 * median(seconds)).toFixed(0);
const times = (ratio: number): string => `${ratio.toFixed(2)} x`;
