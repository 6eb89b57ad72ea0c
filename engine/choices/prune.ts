// The settings of a search for a circuit of units.
import { asks, say } from "../base/sentence.ts";
import { z } from "zod";
import type { Frozen } from "../base/frozen.ts";
import { confidence, listOf, oneOf, path, repetitions, stepCount, trialCount, unitId, whole } from "./bounds.ts";
import { SEARCH_METHODS, SEARCH_ORDERS, SEARCH_STARTS, UNIT_KINDS } from "./lists.ts";
import { option } from "./option.ts";
import { unitKindsSpelled } from "./spelling.ts";
import { taskChoice } from "./task-choice.ts";

/** What is left out is said; nobody says that a thing is not left out. */
export const leftOut = z.literal(false, { error: asks(say`Give false, or leave it out.`) }).optional();

const unitKinds = z
  .array(
    z.enum(UNIT_KINDS, {
      error: asks(say`That is no kind of unit; choose among heads, mlps, neurons, features, errors.`),
    }),
  )
  .min(1, { error: asks(say`Name at least one of heads, mlps, neurons, features, errors.`) })
  .max(UNIT_KINDS.length, { error: asks(say`Name each kind once.`) });

/** Which units a search may remove, and how it goes about it. */
export const searchChoice = {
  units: option(unitKinds.default(["head"]), {
    flags: "--units <kinds>",
    help: "Removes units of these kinds: heads, mlps, neurons, or several with commas; with --dictionary also its features and its errors.",
    spelling: unitKindsSpelled,
  }),
  dictionary: option(listOf(path).optional(), {
    flags: "--dictionary <folders>",
    help: "Lays these dictionaries of features on the model, at most one a layer, for --units features,errors.",
  }),
  confidence: option(confidence.optional(), {
    flags: "--confidence <probability>",
    help: "Puts removed units back, one at a time by tests, by a second search on fresh examples, or along the search's own steps, until the criterion would hold on as many other examples with this probability, judged by validation examples; 0 stops where the criterion would break on the discovery examples.",
    otherwise: "0.9",
  }),
  search: option(oneOf(SEARCH_METHODS).optional(), {
    flags: "--search <method>",
    help: "Tries heads and MLPs in blocks that gradients choose at every circuit on the way (guided), in blocks of one order, which are halved where they cannot go, or one by one; passes over single units follow.",
    otherwise: "blocks for more than 64 units, else one-by-one",
  }),
  order: option(oneOf(SEARCH_ORDERS).optional(), {
    flags: "--order <name>",
    help: "Tries the units in this order: those of least effect first, over all layers or layer by layer, or of least effect as gradients estimate it, which saves measuring every unit alone.",
    otherwise: "effect",
  }),
  orders: option(repetitions(1).optional(), {
    flags: "--orders <n>",
    help: "Tries so many seeded orders; the smallest circuit wins.",
    otherwise: "2 up to 64 units, else 1",
  }),
  swaps: option(whole(0, 10_000).optional(), {
    flags: "--swaps <n>",
    help: "Tries to put back so many removed units.",
    otherwise: "4 up to 64 units, else 0",
  }),
  maxPasses: option(repetitions(1).optional(), {
    flags: "--passes <n>",
    help: "Stops every search after so many passes.",
    otherwise: "when a pass removes nothing",
  }),
  budget: option(trialCount(0).optional(), {
    flags: "--budget <trials>",
    help: "Stops the search after so many trials, and puts nothing back by tests or a second search; 0 sets no limit.",
    otherwise: "15 % of the neurons where they are more than 4096",
  }),
  keep: option(listOf(unitId).optional(), {
    flags: "--keep <units>",
    help: "Keeps these units, such as a1.h4,m0.",
  }),
  without: option(listOf(unitId).optional(), {
    flags: "--without <units>",
    help: "Ablates these units before the search begins.",
  }),
  start: option(oneOf(SEARCH_STARTS).optional(), {
    flags: "--start <name>",
    help: "Begins with the full model, or with gates that are learned together, for a given number of open ones (learned-masks) or for every number (matryoshka), and then cut down exactly.",
    otherwise: "full",
  }),
  maskSteps: option(stepCount.optional(), {
    flags: "--mask-steps <n>",
    help: "Trains learned masks, or a matryoshka order, for so many steps.",
    otherwise: "100",
  }),
  maskTarget: option(whole(1, 1_000_000_000).optional(), {
    flags: "--mask-target <n>",
    help: "Ends the training of learned masks with so many open gates.",
    otherwise: "a quarter of the units",
  }),
};

export const pruneSettings = z.strictObject({
  ...taskChoice,
  ...searchChoice,
  random: option(whole(0, 100_000).optional(), {
    flags: "--random <n>",
    help: "Compares the circuit with so many random ones.",
    otherwise: "100",
  }),
  alternatives: option(whole(0, 100).optional(), {
    flags: "--alternatives <n>",
    help: "Searches so many times more, from other orders and without a unit of the first circuit, and keeps every circuit for which the criterion holds.",
    otherwise: "0",
  }),
  parts: option(leftOut, {
    flags: "--no-parts",
    help: "Leaves out completeness and minimality.",
    says: "no",
  }),
  roles: option(leftOut, { flags: "--no-roles", help: "Leaves out the roles of the heads.", says: "no" }),
  connections: option(leftOut, {
    flags: "--no-connections",
    help: "Leaves out the connections between the kept nodes.",
    says: "no",
  }),
});

/** Everything that decides a run's numbers. */
export type PruneSettings = Frozen<z.infer<typeof pruneSettings>>;
