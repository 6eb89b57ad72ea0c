// Chooses among variants of an estimator by leaving out one training sample after the other.
import { difference, dot } from "./linear-map.ts";
import type { TrainingSet } from "./training-set.ts";

/**
 * The variant whose predictions of the left-out samples give most object tokens; among equals the one with the least squared error
 * (a relation with an object for each subject has no hits to tell variants apart).
 *
 * @param predict  z of sample `left` by a variant fitted on the others
 */
export async function bestByLeavingOut<Variant>(
  training: TrainingSet,
  variants: readonly Variant[],
  predict: (left: number, variant: Variant) => Float64Array,
): Promise<Variant> {
  let best = { variant: variants[0], hits: -1, error: Infinity };
  for (const variant of variants) {
    const states = training.subjects.map((_, left) => predict(left, variant));
    const answers = await training.answers(states);
    const hits = training.objectTokens.filter((token, i) => answers[i] === token).length;
    const error = states.reduce((sum, z, i) => sum + squared(difference(z, training.objects[i])), 0);
    if (hits > best.hits || (hits === best.hits && error < best.error)) best = { variant, hits, error };
  }
  return best.variant;
}

export function without<T>(items: readonly T[], left: number): T[] {
  return items.filter((_, i) => i !== left);
}

const squared = (v: Float64Array) => dot(v, v);
