// What a dictionary of features must be able to do so that a plan can go through it.
import type { Reals } from "./packing.ts";

/** f = encode(x), x ≈ decode(f). All arrays hold whole rows: states "row width", features "row feature". */
export interface Dictionary {
  /** Entries of a state. */
  readonly width: number;
  readonly features: number;
  encode(states: Reals): Reals | Promise<Reals>;
  /** @param states those that the features are of: some dictionaries normalise a state, and multiply back what they decode */
  decode(features: Reals, states: Reals): Reals | Promise<Reals>;
  /** Gradient at the states, from one at the features that they have. */
  encodeGradient(states: Reals, cotangent: Reals): Reals | Promise<Reals>;
  /** Gradient at the features, from one at the decoded states; decoding is affine. */
  decodeGradient(cotangent: Reals): Reals | Promise<Reals>;
}

/** What a plan names by hash, handed over beside it. */
export interface Resources {
  readonly vectors?: ReadonlyMap<string, ArrayLike<number>>;
  readonly dictionaries?: ReadonlyMap<string, Dictionary>;
}
