// The residual stream of prompts at every layer, at one position or as the mean over several.
import type { Executor } from "../activations/executor.ts";
import type { Plan } from "../activations/plan.ts";
import { runPlans } from "../activations/run-plan.ts";
import { meanOfRows } from "./direction.ts";
import { everyLayer, siteOf } from "./place.ts";

export interface StatesPrompt {
  readonly ids: readonly number[];
  /** Their mean is taken. */
  readonly positions: readonly number[];
}

export interface StatesOptions {
  /** Default: all, the embedding first. */
  readonly layers?: readonly number[];
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

/** Prompts whose states are held at once. */
const promptsAtOnce = 32;

/** @returns by prompt, then layer: "dModel", float64 means of a run in the executor's precision */
export async function statesOf(
  executor: Executor,
  prompts: readonly StatesPrompt[],
  { layers = everyLayer(executor.model.config), signal, onProgress }: StatesOptions = {},
): Promise<Float64Array[][]> {
  const states: Float64Array[][] = [];
  for (let from = 0; from < prompts.length; from += promptsAtOnce) {
    const some = prompts.slice(from, from + promptsAtOnce);
    const plans = some.map(({ ids, positions }): Plan => ({
      worlds: [{ ids }],
      changes: [],
      read: layers.map((layer) => ({ world: 0, ...siteOf(layer), at: positions })),
    }));
    for (const { read } of await runPlans(executor, plans, { signal })) {
      states.push(read.map(({ rows }) => meanOfRows(rows)));
    }
    onProgress?.(states.length, prompts.length);
  }
  return states;
}
