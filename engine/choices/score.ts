// The settings of scores by gradients, and the scores of all units or edges.
import { asks, type Note, say } from "../base/sentence.ts";
import { z } from "zod";
import type { Frozen } from "../base/frozen.ts";
import { listOf, name, oneOf, stepCount, whole } from "./bounds.ts";
import { EDGE_METHODS } from "./lists.ts";
import { option } from "./option.ts";
import { modelName, promptChoice, taskPath } from "./task-choice.ts";

export const pathSteps = option(stepCount.default(5), {
  flags: "--steps <n>",
  help: "Takes so many points on the path of integrated gradients or conductance.",
});

export const edgeMethod = option(oneOf(EDGE_METHODS).default("attribution"), {
  flags: "--method <name>",
  help: "Scores by this method.",
});

export const scoreSettings = z.strictObject({
  task: taskPath,
  model: modelName,
  ...promptChoice,
  method: edgeMethod,
  steps: pathSteps,
  edges: option(z.boolean({ error: asks(say`Give true or false.`) }).default(false), {
    flags: "--edges",
    help: "Scores edges instead of units: what one node writes to one input of another (EAP, EAP-IG).",
    says: "yes",
  }),
  positions: option(listOf(z.union([whole(0, 100_000), name]), 1_000).optional(), {
    flags: "--positions <list>",
    help: "Scores at these positions too: the task's names, or numbers from 0.",
  }),
});

export type ScoreSettings = Frozen<z.infer<typeof scoreSettings>>;

/** A unit or an edge. */
export interface Scored {
  readonly id: string;
  readonly score: number;
  /** One for each position asked for. */
  readonly byPosition: readonly number[];
}

export interface ScoreResult {
  readonly modelName: string;
  /** All of the model, in its order. */
  readonly scored: readonly Scored[];
  /** Discovery examples. */
  readonly examples: number;
  readonly notes: readonly Note[];
}
