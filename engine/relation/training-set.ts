// What an estimator may look at: the states of the training subjects at one layer, and nothing of the test subjects.
import type { Reals } from "../activations/packing.ts";

export interface TrainingSet {
  /** s of each sample, "dModel". */
  readonly subjects: readonly Reals[];
  /** z of each sample, "dModel". */
  readonly objects: readonly Reals[];
  /** First token of each sample's object. */
  readonly objectTokens: readonly number[];
  /** J = ∂z/∂s of each sample, "objectDim subjectDim"; only for estimators that need it. */
  readonly jacobians: readonly Reals[];
  /** Principal axes of the states of subjects without labels and of candidate objects' unembeddings, strongest first. */
  axes(): PrincipalAxes;
  /** The model's top token for each state behind the last block. */
  answers(states: readonly Float64Array[]): Promise<ArrayLike<number>>;
}

export interface PrincipalAxes {
  /** "axis dModel", orthonormal */
  readonly subject: readonly Float64Array[];
  readonly object: readonly Float64Array[];
}
