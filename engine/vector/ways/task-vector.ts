// A task vector (Hendel, Geva & Globerson 2023, arXiv 2310.15916): θ[l] = mean of residPost[l] at the last token of few-shot prompts whose
// queries are dummies. It takes the place of the state of a zero-shot prompt.
import type { Executor } from "../../activations/executor.ts";
import { meanOfRows } from "../direction.ts";
import type { InContextPrompt } from "../in-context.ts";
import { ofLayer } from "../sides.ts";
import { statesOf, type StatesOptions } from "../states.ts";

/** @param prompts few-shot, with queries that are never asked for @returns by layer, the embedding first */
export async function taskVector(
  executor: Executor,
  prompts: readonly InContextPrompt[],
  options: StatesOptions = {},
): Promise<Float64Array[]> {
  const ends = prompts.map(({ ids }) => ({ ids, positions: [ids.length - 1] }));
  const states = await statesOf(executor, ends, options);
  return states[0].map((_, i) => meanOfRows(ofLayer(states, i)));
}
