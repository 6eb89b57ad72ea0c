// The subject's own state read as if it were the object's.
import { identity, type LinearMap } from "../linear-map.ts";
import type { TrainingSet } from "../training-set.ts";

/** W = I, b = 0; nothing is fitted. */
export function logitLens({ subjects }: TrainingSet): Promise<LinearMap> {
  const n = subjects[0].length;
  return Promise.resolve({ weight: identity(n), bias: new Float64Array(n), rank: n });
}
