// Groups of words × neurons: what the removal of a neuron does to the probability of each word at the ends of prompts.
//
// Niu et al. 2024, "What does the Knowledge Neuron Thesis Have to do with Knowledge?", arXiv:2405.02421: the determiner study.
import type { Executor } from "../activations/executor.ts";
import type { WordEffect, WordStudy } from "../choices/neuron.ts";
import { meanInterval } from "../evaluate/bootstrap.ts";
import { besideNull } from "../evaluate/null-figure.ts";
import { attributions } from "./attribution.ts";
import type { Variant } from "./beginnings-run.ts";
import { type NeuronAt, neuronId } from "./column.ts";
import { Measure } from "./measure.ts";
import { average, differences } from "./over-places.ts";
import { holm, pairedPermutation, twoSampleT } from "./significance.ts";

export interface Word {
  readonly group: string;
  readonly word: string;
  readonly id: number;
}

export interface WordRequest {
  readonly prompts: readonly (readonly number[])[];
  /** Words of one token, by group in order. */
  readonly words: readonly Word[];
  readonly leftOut: readonly string[];
  readonly neurons: readonly NeuronAt[];
  /** By studied neuron: others of its layer. */
  readonly others: readonly (readonly NeuronAt[])[];
  readonly seed: number;
  readonly between?: () => void;
}

const zeroed = ({ layer, neuron }: NeuronAt): Variant => [{ layer, neuron, value: () => 0 }];

/** Every neuron is set to zero at the last token, as in the paper. */
export async function wordGroups(executor: Executor, request: WordRequest): Promise<WordStudy> {
  const { prompts, words, neurons, seed } = request;
  const [first, second] = [...new Set(words.map(({ group }) => group))];
  const idsOf = (group: string) => words.filter((word) => word.group === group).map(({ id }) => id);
  const contrasted = second === undefined ? [idsOf(first)] : [idsOf(first), idsOf(second)];
  const sets = [...words.map(({ id }) => [id]), ...contrasted];
  const measure = await Measure.over(executor, prompts, () => sets, { between: request.between });
  const contrastOf = (masses: readonly Float64Array[]) =>
    second === undefined ? masses[words.length] : differences(masses[words.length], masses[words.length + 1]);
  const guesses = await attributions(executor, prompts, () => contrasted, request.between);
  const sizes = guesses.map(Math.abs);
  const changes = await measure.changes(neurons.map(zeroed));
  const before = words.map((_, w) => measure.clean[w].map(Math.exp));
  const studied = [];
  for (const [n, neuron] of neurons.entries()) {
    const after = words.map((_, w) => measure.clean[w].map((x, i) => Math.exp(x + changes[n].logMass[w][i])));
    const own = contrastOf(changes[n].logMass);
    const draws = (await measure.changes(request.others[n].map(zeroed))).map(({ logMass }) =>
      average(contrastOf(logMass)),
    );
    const size = sizes[neuron.layer * executor.model.config.dMlp + neuron.neuron];
    studied.push({
      id: neuronId(neuron),
      words: words.map((word, w) => effectOf(word, before[w], after[w], seed)),
      firstChanged: average(prompts.map((_, i) => Number(firstOf(before, i) !== firstOf(after, i)))),
      contrast: besideNull(average(own), meanInterval(own, seed), draws),
      rank: 1 + sizes.filter((other) => other > size).length,
      of: sizes.length,
    });
  }
  const corrected = holm(studied.flatMap(({ words }) => words.map(({ p }) => p)));
  return {
    prompts: prompts.length,
    neurons: studied.map((one, n) => ({
      ...one,
      words: one.words.map((word, w) => ({ ...word, pHolm: corrected[n * words.length + w] })),
    })),
    leftOut: request.leftOut,
  };
}

function effectOf({ group, word }: Word, before: Float64Array, after: Float64Array, seed: number): WordEffect {
  const [b, a] = [average(before), average(after)];
  const p = pairedPermutation(differences(after, before), seed);
  return {
    group,
    word,
    before: b,
    after: a,
    change: (100 * (a - b)) / Math.min(a, b),
    p,
    pHolm: p,
    pT: twoSampleT(before, after),
  };
}

/** Number of the likeliest word at a prompt. */
function firstOf(probabilities: readonly Float64Array[], prompt: number): number {
  let best = 0;
  for (let w = 1; w < probabilities.length; w++) if (probabilities[w][prompt] > probabilities[best][prompt]) best = w;
  return best;
}
