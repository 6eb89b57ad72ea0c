// The states of both sides of contrast sets, by split: what directions are made from, and told apart on.
import type { Executor } from "../activations/executor.ts";
import { type ContrastSets, SET_SPLITS, type SetSplit } from "../task/contrast-sets.ts";
import { everyLayer } from "./place.ts";
import { positionsOf, PromptWriter } from "./prompts.ts";
import { statesOf, type StatesOptions } from "./states.ts";

/** By split, text, then layer. */
export type SideStates = Readonly<Record<SetSplit, readonly (readonly Float64Array[])[]>>;

export interface SidesStates {
  readonly layers: readonly number[];
  readonly at: string;
  readonly plus: SideStates;
  readonly minus: SideStates;
}

/** @throws EngineError "invalid-task" for a text that the model cannot read, "usage" for a position that a text has not; "cancelled" */
export async function statesOfSides(
  executor: Executor,
  sets: ContrastSets,
  at: string,
  { signal, onProgress }: Omit<StatesOptions, "layers"> = {},
): Promise<SidesStates> {
  const { model } = executor;
  const writer = new PromptWriter(model, sets.template);
  const parts = (["plus", "minus"] as const).flatMap((side) => SET_SPLITS.map((split) => sets[side][split]));
  const prompts = parts.flat().map((entry) => {
    const { ids } = writer.write(entry);
    return { ids, positions: positionsOf(ids, at, model.tokenizer) };
  });
  const states = await statesOf(executor, prompts, { signal, onProgress });
  let next = 0;
  const [plus, minus] = [0, 1].map((side): SideStates => {
    const part = (s: number) => states.slice(next, (next += parts[3 * side + s].length));
    return { train: part(0), validation: part(1), test: part(2) };
  });
  return { layers: everyLayer(model.config), at, plus, minus };
}

/** Column of one layer. */
export const ofLayer = (states: readonly (readonly Float64Array[])[], i: number): Float64Array[] =>
  states.map((row) => row[i]);
