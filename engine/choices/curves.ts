// The settings of curves of size against faithfulness, and the curves.
import type { Note } from "../base/sentence.ts";
import { z } from "zod";
import type { Frozen } from "../base/frozen.ts";
import { listOf, oneOf, stepCount } from "./bounds.ts";
import { type OrderingName, ORDERINGS } from "./lists.ts";
import { option } from "./option.ts";
import { searchChoice } from "./prune.ts";
import { pathSteps } from "./score.ts";
import { taskChoice } from "./task-choice.ts";

export const curvesSettings = z.strictObject({
  ...taskChoice,
  units: searchChoice.units,
  orderings: option(listOf(oneOf(ORDERINGS), ORDERINGS.length).default([...ORDERINGS]), {
    flags: "--orderings <list>",
    help: `Draws a curve for each of these orders: ${ORDERINGS.join(", ")}.`,
  }),
  steps: pathSteps,
  maskSteps: option(stepCount.default(100), {
    flags: "--mask-steps <n>",
    help: "Trains learned masks, and a matryoshka order, for so many steps each.",
  }),
});

export type CurvesSettings = Frozen<z.infer<typeof curvesSettings>>;

/** Size against faithfulness of the first units of each order, and of the circuits that the searches find. */
export interface Curves {
  /** How many there are. */
  readonly units: number;
  readonly curves: readonly {
    readonly ordering: OrderingName;
    /** f on the discovery examples, and on the held-out ones. */
    readonly points: readonly {
      readonly kept: number;
      readonly faithfulness: number;
      readonly heldOut: number | undefined;
    }[];
    /** CPR, CMD and the area under min(f, 1) over the share of the units kept, trapezoids between the sizes measured, from one unit on. */
    readonly areas?: { readonly cpr: number; readonly cmd: number; readonly cappedCpr: number };
    /** Fewest units, of the sizes measured, for which the criterion holds. */
    readonly smallest: number | undefined;
  }[];
  readonly searches: readonly {
    readonly search: "greedy" | "masks";
    readonly kept: number;
    readonly faithfulness: number;
    readonly heldOut: number | undefined;
    readonly trials: number;
    readonly seconds: number;
  }[];
  /** Examples that the figures are of. */
  readonly examples: { readonly discovery: number; readonly heldOut: number };
  readonly notes: readonly Note[];
}
