// What an ablated unit gives instead of its own value: its value in the paired corrupt run, a mean over reference prompts, zero, or
// a constant that was learned for it. Each kind is one row of `ablation-kinds.ts`.
import type { Reals } from "./packing.ts";
import type { UnitKind } from "../circuit/unit.ts";
import type { AblationKind, AblationReference } from "../choices/lists.ts";
import type { Site } from "../transformer/sites.ts";

/** "input": what the embedding writes, the stream before the first layer; "feature" and "error": of dictionaries laid on layers. */
export type AblatedSite = "input" | "feature" | "error" | Site;

/** What a task or a user asks for. */
export interface AblationChoice {
  readonly kind: AblationKind;
  /** Where the values come from: the paired prompt, or all corrupt or clean prompts; which of them a kind has: `ABLATIONS`. */
  readonly reference: AblationReference;
  /** Mean ablation: one mean per position of prompts of one template and length, or one over all positions. */
  readonly perPosition: boolean;
}

/** One learned vector for each unit, which stands in its place at every position. */
export interface UnitConstants {
  /** By layer ("input": one), "width" over all units of the site. @throws EngineError "usage" for a site without units */
  at(site: AblatedSite): Promise<readonly Reals[]>;
}

interface GivenAblation extends AblationChoice {
  readonly kind: Exclude<AblationKind, "optimal">;
}

interface OptimalAblation extends AblationChoice {
  readonly kind: "optimal";
  readonly constants: UnitConstants;
}

/** A choice with everything that its values are made from. */
export type Ablation = GivenAblation | OptimalAblation;
export type AblationOf<Kind extends AblationKind> = Kind extends "optimal" ? OptimalAblation : GivenAblation;

/** The site at which a kind of unit is ablated. */
export const siteOfKind: Readonly<Record<UnitKind, Exclude<AblatedSite, "input">>> = {
  head: "z",
  mlp: "mlpOut",
  neuron: "hidden",
  feature: "feature",
  error: "error",
};
