// How a direction acts on a run: what a person sets of it, wherever one is applied.
import { asks, say } from "../base/sentence.ts";
import { z } from "zod";
import { layer, listOf, oneOf, real } from "./bounds.ts";
import { option } from "./option.ts";

/** What a direction v does to a state x; r̂ = v / ‖v‖, c the coefficient. */
export const VECTOR_ACTIONS = ["add", "project", "affine", "clamp", "replace"] as const;
export type VectorAction = (typeof VECTOR_ACTIONS)[number];

/** What a coefficient of 1 is: the vector as it is long, or as long as the stream's mean state at the layer. */
export const COEFFICIENT_UNITS = ["vector", "stream"] as const;
export type CoefficientUnit = (typeof COEFFICIENT_UNITS)[number];

/** At which tokens a direction acts: all, the prompt's last one, generated ones alone. */
export const VECTOR_POSITIONS = ["all", "end", "generated"] as const;
export type VectorPositions = (typeof VECTOR_POSITIONS)[number];

/** "a.safetensors + b.safetensors - c.safetensors". */
export const vectorSum = z
  .string({ error: asks(say`Name a file of a direction, or several joined by + and -.`) })
  .min(1)
  .max(4096);

/** Whatever is not said is: added once, as long as it is, at the layer that the file names, at all tokens. */
export const acting = {
  vector: option(vectorSum.optional(), {
    flags: "--vector <file>",
    help: 'Lets the direction of this file act, or a sum such as "a.safetensors + b.safetensors - c.safetensors".',
  }),
  action: option(oneOf(VECTOR_ACTIONS).optional(), {
    flags: "--action <name>",
    help: "Adds it, projects it out everywhere, moves what lies along it to the other side's mean (affine), clamps what lies along it, or puts it in a state's place.",
    otherwise: "add; of a task vector, replace",
  }),
  scale: option(real.optional(), {
    flags: "--scale <c>",
    help: "Adds c times the vector, or clamps what lies along it to c; below 0 it is subtracted.",
    otherwise: "1",
  }),
  unit: option(oneOf(COEFFICIENT_UNITS).optional(), {
    flags: "--unit <name>",
    help: "Counts the coefficient in lengths of the vector, or of the stream's mean state at the layer.",
    otherwise: "vector",
  }),
  layers: option(listOf(layer, 1_000).optional(), {
    flags: "--layer <list>",
    help: "Acts behind these layers; -1 is the embedding.",
    otherwise: "the one that its file names",
  }),
  positions: option(oneOf(VECTOR_POSITIONS).optional(), {
    flags: "--positions <which>",
    help: "Acts at all tokens, from the prompt's last one on, or at generated ones alone.",
    otherwise: "all",
  }),
};
