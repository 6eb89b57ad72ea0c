// The section on the exact sweep over SmolLM2's heads, against TransformerLens and against the arithmetic.
import type { BenchOptions } from "../options.ts";
import type { Section } from "../section.ts";
import { measureSweep, type Quartiles, ratesPerLayer, type SweepFigures } from "../sweep.ts";
import { percent, seconds } from "../table.ts";

export async function sweepSection(options: BenchOptions): Promise<Section> {
  const figures: SweepFigures[] = [];
  for (const corruption of ["all three names", "S2 only"] as const)
    figures.push(await measureSweep(corruption, options));
  const row = (name: string, cell: (figures: SweepFigures) => string) => [name, ...figures.map(cell)];
  const timedHeads = figures[0].peer?.timedHeads ?? 0;
  return {
    title: "Exact effects of single heads in SmolLM2",
    text: `270 heads, 32 prompts, each head ablated alone by the paired corrupt prompt. TransformerLens does it by its own patching loop; where
it is timed on some heads only, evenly spread, its time is scaled to 270: a head costs it one full pass whichever it is. The MatMul rate is
that of the model's own products, each alone, taken ${ratesPerLayer} times before the heads of each layer, so that it meets what the sweep meets. It is
shown as median and quartiles, and so is the share: how far the quartiles lie apart says how much the share is worth.`,
    tables: [
      {
        head: ["exact effects of 270 heads, SmolLM2, 32 prompts", ...figures.map(({ corruption }) => corruption)],
        rows: [
          row("seconds, secateur", ({ seconds: time }) => seconds(time)),
          row(
            `seconds, TransformerLens 2.15.4${timedHeads < 270 ? ` (scaled from ${timedHeads} heads)` : ""}`,
            ({ peer }) => (peer ? seconds(peer.sweepSeconds) : "not run"),
          ),
          row("ratio", ({ peer, seconds }) => (peer ? `${(peer.sweepSeconds / seconds).toFixed(2)} x` : "")),
          row("largest difference of an effect", ({ difference }) => difference?.toExponential(1) ?? ""),
          row("unavoidable multiply-adds", ({ multiplyAdds }) => multiplyAdds.toExponential(3)),
          row("MatMul rate, GFLOP/s", ({ rates }) => quartiles(rates, (rate) => (rate / 1e9).toFixed(0))),
          row("share of the time the unavoidable takes", ({ shareOfLimit }) => quartiles(shareOfLimit, percent)),
          row("forward pass: share of the MatMul rate", ({ forwardShare }) => percent(forwardShare)),
        ],
      },
    ],
  };
}

const quartiles = ([lower, median, upper]: Quartiles, written: (value: number) => string) =>
  `${written(median)} [${written(lower)}, ${written(upper)}]`;
