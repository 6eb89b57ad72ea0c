// The object's state is the subject's plus a constant vector.
import { difference, identity, type LinearMap, meanOf } from "../linear-map.ts";
import type { TrainingSet } from "../training-set.ts";

/** W = I, b = mean (z − s). */
export function translation({ subjects, objects }: TrainingSet): Promise<LinearMap> {
  const bias = meanOf(objects.map((z, i) => difference(z, subjects[i])));
  return Promise.resolve({ weight: identity(bias.length), bias, rank: bias.length });
}
