// Selectivity: how apart a category of texts stands in a neuron's activation, beside shuffled categories.
import type { Executor } from "../activations/executor.ts";
import { Random } from "../base/random.ts";
import type { Selectivity, SelectivityStudy } from "../choices/neuron.ts";
import { meanInterval } from "../evaluate/bootstrap.ts";
import { besideNull } from "../evaluate/null-figure.ts";
import { aurocOf, Ranker } from "./auroc.ts";
import { type Column, neuronId } from "./column.ts";
import { hiddenLayers } from "./hidden-layers.ts";
import { average } from "./over-places.ts";

export interface CategoryText {
  readonly category: string;
  readonly text: string;
  readonly ids: readonly number[];
}

export interface SelectivityRequest {
  /** Read at their last tokens. */
  readonly texts: readonly CategoryText[];
  /** With their activations over a corpus, which give zero and unit. */
  readonly neurons: readonly Column[];
  readonly draws: number;
  /** Neurons listed as most selective. */
  readonly top: number;
  readonly seed: number;
  readonly between?: () => void;
  readonly onProgress?: (done: number, total: number) => void;
}

/** Texts of a category that are shown, from the highest activation down in equal steps. */
const shown = 8;

/**
 * Index of a neuron: the largest over categories of |2 AUROC − 1|, category against all others. 1: some category lies wholly above or
 * below the rest. Being the largest of several it is never 0 by chance, hence its null: the same of shuffled categories.
 */
export async function selectivityOf(executor: Executor, request: SelectivityRequest): Promise<SelectivityStudy> {
  const { texts, neurons, draws, top, seed } = request;
  const { nLayers, dMlp } = executor.model.config;
  const names = [...new Set(texts.map(({ category }) => category))];
  const groupsOf = (order: readonly number[]) =>
    names.map((name) => order.flatMap((text, i) => (texts[text].category === name ? [i] : [])));
  const numbers = texts.map((_, i) => i);
  const own = groupsOf(numbers);
  const random = Random.seeded(seed, "shuffled categories");
  const shuffles = Array.from({ length: draws }, () => groupsOf(random.shuffled(numbers)));
  const ranker = new Ranker(texts.length);
  const nullMaxima = new Array<number>(draws).fill(0);
  const best: { id: string; category: string; index: number }[] = [];
  const studied = new Map<string, { values: Float32Array; index: Index; draws: number[] }>();
  const wanted = new Set(neurons.map(({ id }) => id));
  const layers = hiddenLayers(executor, {
    texts: texts.map(({ ids }) => ids),
    positions: texts.map(({ ids }) => [ids.length - 1]),
    between: request.between,
  });
  for await (const { layer, hidden } of layers) {
    for (let neuron = 0; neuron < dMlp; neuron++) {
      const values = Float32Array.from(texts, (_, i) => hidden[i * dMlp + neuron]);
      const ranks = ranker.rank(values);
      const index = indexOf(ranks, own);
      const byChance = shuffles.map((groups) => indexOf(ranks, groups).size);
      byChance.forEach((size, s) => (nullMaxima[s] = Math.max(nullMaxima[s], size)));
      const id = neuronId({ layer, neuron });
      if (wanted.has(id)) studied.set(id, { values, index, draws: byChance });
      insert(best, { id, category: names[index.group], index: index.size }, top);
    }
    request.onProgress?.(layer + 1, nLayers);
  }
  return {
    neurons: neurons.map((column): Selectivity => {
      const { values, index, draws: byChance } = studied.get(column.id)!;
      return {
        id: column.id,
        categories: names.map((name, g) => {
          const scores = Float64Array.from(own[g], (i) => (values[i] - column.mean) / (column.deviation || 1));
          return { name, mean: average(scores), interval: meanInterval(scores, seed) };
        }),
        best: names[index.group],
        index: besideNull(index.size, undefined, byChance),
        examples: examplesOf(texts, values),
      };
    }),
    most: best.map((one) => ({ ...one, p: (1 + nullMaxima.filter((size) => size >= one.index).length) / (1 + draws) })),
    nullMaxima,
  };
}

interface Index {
  readonly group: number;
  readonly size: number;
}

function indexOf(ranks: Float64Array, groups: readonly (readonly number[])[]): Index {
  let best: Index = { group: 0, size: -1 };
  groups.forEach((group, g) => {
    const size = Math.abs(2 * aurocOf(ranks, group) - 1);
    if (size > best.size) best = { group: g, size };
  });
  return best;
}

function insert(
  best: { id: string; category: string; index: number }[],
  one: (typeof best)[number],
  top: number,
): void {
  if (best.length === top && best[top - 1].index >= one.index) return;
  const at = best.findIndex(({ index }) => index < one.index);
  best.splice(at < 0 ? best.length : at, 0, one);
  if (best.length > top) best.pop();
}

/** Texts at equal steps of the order by activation, the highest first: not only those at which the neuron is at its most. */
function examplesOf(texts: readonly CategoryText[], values: Float32Array): Selectivity["examples"] {
  const order = texts.map((_, i) => i).sort((a, b) => values[b] - values[a]);
  const steps = Math.min(shown, order.length);
  return Array.from({ length: steps }, (_, s) => {
    const at = steps === 1 ? 0 : Math.round((s * (order.length - 1)) / (steps - 1));
    const { text, category } = texts[order[at]];
    return { text, category, activation: values[order[at]], quantile: 1 - at / Math.max(1, order.length - 1) };
  });
}
