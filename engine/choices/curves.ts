// The settings of curves of size against faithfulness.
import { z } from "zod";
import type { Frozen } from "../base/frozen.ts";
import { listOf, oneOf, stepCount } from "./bounds.ts";
import { ORDERINGS } from "./lists.ts";
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
    help: "Trains learned masks for so many steps.",
  }),
});

export type CurvesSettings = Frozen<z.infer<typeof curvesSettings>>;
