// The section on training a dictionary of features, against PyTorch.
import { measureDictionaryTraining, TIMED_STEPS, type TrainingFigures } from "../dictionary-training.ts";
import type { BenchOptions } from "../options.ts";
import type { Section } from "../section.ts";

export async function dictionarySection(options: BenchOptions): Promise<Section> {
  const figures = await measureDictionaryTraining(options);
  const row = (name: string, cell: (figures: TrainingFigures) => string) => [name, ...figures.map(cell)];
  return {
    title: "Training a dictionary on SmolLM2's states",
    text: `2,048 features of the states behind layer 14, 1,024 states a step, ${TIMED_STEPS} steps of PyTorch between two rounds of ours, from the same first
weights over the same batches; Adam, medians of the steps. Sparse: PyTorch's decoder is an embedding bag of the chosen features.`,
    tables: [
      {
        head: ["a step", ...figures.map(({ kind, form }) => `${kind}, PyTorch ${form}`)],
        rows: [
          row("ms, secateur", ({ own }) => milliseconds(own.seconds)),
          row(`ms, PyTorch ${figures[0].peer?.version ?? ""}`, ({ peer }) =>
            peer ? milliseconds(peer.seconds) : "not run",
          ),
          row("PyTorch / secateur", ({ own, peer }) =>
            peer ? `${(median(peer.seconds) / median(own.seconds)).toFixed(2)} x` : "",
          ),
          row("largest difference of EV at a step", ({ own, peer }) =>
            peer ? Math.max(...peer.ev.map((ev, step) => Math.abs(ev - own.ev[step]))).toExponential(0) : "",
          ),
          row("EV at the last step", ({ own }) => own.ev.at(-1)!.toFixed(3)),
        ],
      },
    ],
  };
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1];
const milliseconds = (seconds: readonly number[]): string => (1000 * median(seconds)).toFixed(0);
