// A lens: what is done to a state before the model's own read-out makes logits of it.
import type { Reals } from "../activations/packing.ts";
import type { LensKind } from "../choices/lists.ts";
import type { Point } from "./points.ts";

export interface Lens {
  /**
   * - `logit`: nothing is done (nostalgebraist 2020).
   * - `shifted`: the mean state of the point is exchanged for the mean state of the last one.
   * - `tuned`: an affine map per layer, trained so that the read-out says what the model says in the end (Belrose et al. 2023).
   * - `jacobian`: the mean derivative of the last state in this one, times the state.
   */
  readonly kind: LensKind;
  /**
   * Never asked at the last point, where every lens is the model.
   *
   * @param states "row dModel"
   * @throws EngineError "unsupported" at a point that the lens was not made for
   */
  translate(point: Point, states: Reals): Reals | Promise<Reals>;
  dispose(): Promise<void>;
}

export const logitLens: Lens = {
  kind: "logit",
  translate: (_, states) => states,
  dispose: () => Promise.resolve(),
};
