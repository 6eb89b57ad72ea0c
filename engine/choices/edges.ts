// The settings of circuits of edges.
import { asks, say } from "../base/sentence.ts";
import { z } from "zod";
import type { Frozen } from "../base/frozen.ts";
import { oneOf, path, trialCount } from "./bounds.ts";
import { EDGE_ORDERS, EDGE_SELECTIONS, SCORE_SIGNS } from "./lists.ts";
import { option } from "./option.ts";
import { edgeMethod, pathSteps } from "./score.ts";
import { taskChoice } from "./task-choice.ts";

export const edgeSettings = z.strictObject({
  ...taskChoice,
  method: edgeMethod,
  steps: pathSteps,
  order: option(oneOf(EDGE_ORDERS).default("magnitude"), {
    flags: "--order <name>",
    help: "Takes those edges first that help most, or those of the greatest score in either direction.",
  }),
  selection: option(oneOf(EDGE_SELECTIONS).default("top-n"), {
    flags: "--selection <name>",
    help: "Takes the best edges by score alone, from the logits outwards, or as a whole: the connected circuit of the greatest score, by an integer linear programme over scores whose sign is sure.",
  }),
  graph: option(path.optional(), {
    flags: "--graph <file>",
    help: "Takes the scores of a graph of EAP-IG or MIB instead, and measures its circuit too.",
  }),
  signs: option(oneOf(SCORE_SIGNS).default("helpful-positive"), {
    flags: "--signs <convention>",
    help: "Reads and writes the scores of such files in this sense.",
  }),
  prune: option(z.boolean({ error: asks(say`Give true or false.`) }).default(false), {
    flags: "--prune",
    help: "Prunes the smallest faithful circuit of the curve: every edge is tested, until none can go.",
    says: "yes",
  }),
  among: option(path.optional(), {
    flags: "--among <circuit>",
    help: "Begins the pruning, or an integer linear programme, with every edge among the nodes of this circuit file.",
  }),
  budget: option(trialCount(1).optional(), {
    flags: "--budget <trials>",
    help: "Stops the pruning after so many trials.",
    otherwise: "as many as it takes",
  }),
});

export type EdgeSettings = Frozen<z.infer<typeof edgeSettings>>;
