// What an ablated unit gives instead of its own value: zero, a mean over reference prompts, or its value in the
// paired corrupt run. The values themselves are made in `ablated-values.ts`, for every method.
import type { UnitKind } from "../circuit/unit.ts";
import type { AblationKind, AblationReference } from "../task/schema.ts";
import type { Site } from "../transformer/sites.ts";

export interface Ablation {
  readonly kind: AblationKind;
  /** Where the values come from: the paired prompt, or all corrupt or clean prompts; unused for zero. */
  readonly reference: AblationReference;
  /** Mean ablation: one mean per position of prompts of one template and length, or one over all positions. */
  readonly perPosition: boolean;
}

/** "input": what the embedding writes, the stream before the first layer. */
export type AblatedSite = "input" | Site;

/** The site at which a kind of unit is ablated. */
export const siteOfKind: Readonly<Record<UnitKind, Site>> = { head: "z", mlp: "mlpOut", neuron: "hidden" };
