// All ways to fit W and b, by name.
import type { EstimatorName } from "../../choices/lists.ts";
import type { LinearMap } from "../linear-map.ts";
import type { TrainingSet } from "../training-set.ts";
import { biasOnly } from "./bias-only.ts";
import { logitLens } from "./logit-lens.ts";
import { meanJacobian } from "./mean-jacobian.ts";
import { ridge, ridgeToJacobian, ridgeToTranslation } from "./ridge.ts";
import { subspaceRegression } from "./subspace.ts";
import { translation } from "./translation.ts";

export interface Estimator {
  /** In a few words, for tables. */
  readonly label: string;
  fit(training: TrainingSet): Promise<LinearMap>;
  /** Whether the training set must hold Jacobians. */
  readonly needsJacobians: boolean;
  /** β to choose among; 1 alone where W is fitted to the objects' states as they are. */
  readonly betas: readonly number[];
  /** Whether fitting to shuffled objects gives another map; where not, the null shuffles the test subjects. */
  readonly readsPairs: boolean;
}

const one = [1] as const;
const betas = [0.5, 0.75, 1, 1.25, 1.5, 1.75, 2, 2.25, 2.5, 3, 4, 5, 8] as const;
const regression = { needsJacobians: false, betas: one, readsPairs: true };
const baseline = { needsJacobians: false, betas: one, readsPairs: false };

export const ESTIMATORS = {
  jacobian: { label: "mean Jacobian", fit: meanJacobian, needsJacobians: true, betas, readsPairs: false },
  ridge: { label: "ridge", fit: ridge, ...regression },
  "ridge-translation": { label: "ridge towards translation", fit: ridgeToTranslation, ...regression },
  "ridge-jacobian": { label: "ridge towards mean Jacobian", fit: ridgeToJacobian, ...regression, needsJacobians: true },
  subspace: { label: "subspace regression", fit: subspaceRegression, ...regression },
  translation: { label: "translation", fit: translation, ...baseline },
  "logit-lens": { label: "logit lens", fit: logitLens, ...baseline },
  "bias-only": { label: "bias only", fit: biasOnly, ...baseline },
} as const satisfies Readonly<Record<EstimatorName, Estimator>>;
