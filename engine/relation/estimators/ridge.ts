// Ridge regression on the training pairs, plain or towards a prior map, λ by leaving one out.
import { DualRidge } from "../dual-ridge.ts";
import { bestByLeavingOut, without } from "../leave-one-out.ts";
import { identity, type LinearMap, meanOf, product } from "../linear-map.ts";
import type { TrainingSet } from "../training-set.ts";

/** λ in units of tr(K) / n. */
const lambdas = [1e3, 1e2, 1e1, 1, 1e-1, 1e-2, 1e-3] as const;

/** Towards W = 0. From n samples W has rank n − 1 at most: what it predicts lies among the answers that it has seen. */
export function ridge(training: TrainingSet): Promise<LinearMap> {
  const none = training.subjects.map((s) => new Float64Array(s.length));
  return fit(training, none);
}

/** Towards W = I: where the samples say nothing, the object's state is the subject's, moved. */
export function ridgeToTranslation(training: TrainingSet): Promise<LinearMap> {
  const n = training.subjects[0].length;
  return fit(training, training.subjects, { weight: identity(n), rank: n });
}

/**
 * Towards the mean Jacobian. λ → ∞ gives its W, with b = z̄ − W s̄. A left-out sample stays in the prior, so that λ tends to be
 * chosen a little too large; what is reported is held out.
 */
export function ridgeToJacobian(training: TrainingSet): Promise<LinearMap> {
  const weight = meanOf(training.jacobians);
  const prior = training.subjects.map((s) => product(weight, s));
  return fit(training, prior, { weight, rank: prior[0].length });
}

async function fit(
  training: TrainingSet,
  prior: readonly ArrayLike<number>[],
  centre?: { readonly weight: Float64Array; readonly rank: number },
): Promise<LinearMap> {
  const { subjects, objects } = training;
  const whole = new DualRidge({ subjects, objects, prior });
  if (subjects.length < 3) return whole.map(whole.scale, centre);
  const parts = subjects.map(
    (_, left) =>
      new DualRidge({
        subjects: without(subjects, left),
        objects: without(objects, left),
        prior: without(prior, left),
      }),
  );
  const best = await bestByLeavingOut(training, lambdas, (left, lambda) =>
    parts[left].predict(subjects[left], prior[left], lambda * parts[left].scale),
  );
  return whole.map(best * whole.scale, centre);
}
