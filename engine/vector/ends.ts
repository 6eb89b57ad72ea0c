// The stream behind the last block at the ends of prompts, under many lists of changes that share their runs.
import type { Executor } from "../activations/executor.ts";
import { type Reals, zeros } from "../activations/packing.ts";
import type { Plan } from "../activations/plan.ts";
import { runPlans } from "../activations/run-plan.ts";
import type { FreeChange } from "../evaluate/neutral-effect.ts";

export interface EndOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

/** Plans whose last states are held at once. */
const plansAtOnce = 512;

/**
 * @param use called with "pair dModel" and the number of the prompt and of the changes that each row is of
 * @throws EngineError "usage" where a change does not fit the model; "cancelled"
 */
export async function forEachEnd(
  executor: Executor,
  prompts: readonly { readonly ids: readonly number[] }[],
  changes: readonly (readonly FreeChange[])[],
  { signal, onProgress }: EndOptions,
  use: (states: Reals, pairs: readonly (readonly [prompt: number, changes: number])[]) => Promise<void>,
): Promise<void> {
  const { dModel, nLayers } = executor.model.config;
  // All changes of one prompt stand together, so that they share its run.
  const pairs = prompts.flatMap((_, p) => changes.map((_, c) => [p, c] as const));
  for (let from = 0; from < pairs.length; from += plansAtOnce) {
    const some = pairs.slice(from, from + plansAtOnce);
    const plans = some.map(([p, c]): Plan => ({
      worlds: [{ ids: prompts[p].ids }],
      changes: changes[c].map((change) => ({ ...change, world: 0 })),
      read: [{ world: 0, site: "residPost", layer: nLayers - 1, at: "end" }],
    }));
    const outcomes = await runPlans(executor, plans, { signal });
    const states = zeros(executor.precision, some.length * dModel);
    outcomes.forEach(({ read }, i) => states.set(read[0].rows[0], i * dModel));
    await use(states, some);
    onProgress?.(from + some.length, pairs.length);
  }
}
