// States of prompts at points of the stream, for a lens to read.
import { capture } from "../activations/capture.ts";
import { rowBudget } from "../activations/chunk.ts";
import type { Executor } from "../activations/executor.ts";
import { Packing, zeros, type Reals } from "../activations/packing.ts";
import type { LensSite } from "../choices/lists.ts";
import type { Point } from "./points.ts";

/** A token of a prompt. */
export interface PlaceInPrompt {
  readonly prompt: number;
  readonly position: number;
}

export interface StatesOptions {
  /** Called between two layers, so that a person can stop. */
  readonly between?: () => void;
}

/** Groups prompts in order so that each group's rows stay near what one pass should hold. */
function groupPrompts<P extends { readonly ids: readonly number[] }>(prompts: readonly P[], budget: number): P[][] {
  const groups: P[][] = [];
  let rows = Infinity;
  for (const prompt of prompts) {
    if (rows + prompt.ids.length > budget) {
      groups.push([]);
      rows = 0;
    }
    groups.at(-1)!.push(prompt);
    rows += prompt.ids.length;
  }
  return groups;
}

/**
 * One plain pass over the prompts that the places name.
 *
 * @returns "place·point dModel": the points of one place stand together
 */
export async function statesAt(
  executor: Executor,
  prompts: readonly { readonly ids: readonly number[] }[],
  places: readonly PlaceInPrompt[],
  points: readonly Point[],
  { between }: StatesOptions = {},
): Promise<Reals> {
  const { dModel } = executor.model.config;
  const states = zeros(executor.precision, places.length * points.length * dModel);
  const used = [...new Set(places.map(({ prompt }) => prompt))].map((index) => ({ index, ids: prompts[index].ids }));
  for (const group of groupPrompts(used, rowBudget(executor.model.config))) {
    const packing = Packing.ofLengths(group.map(({ ids }) => ids.length));
    const embedded = executor.embed(
      group.flatMap(({ ids }) => ids),
      packing.positions,
    );
    const sites = [...new Set(points.map(({ site }) => site))] satisfies LensSite[];
    const { at } = await capture(executor, packing, embedded, { sites, afterLayer: between });
    const run = new Map(group.map(({ index }, r) => [index, r]));
    places.forEach(({ prompt, position }, place) => {
      const r = run.get(prompt);
      if (r === undefined) return;
      const row = packing.rowStart[r] + position;
      points.forEach(({ site, layer }, point) => {
        const state = at[site]![layer].subarray(row * dModel, (row + 1) * dModel);
        states.set(state, (place * points.length + point) * dModel);
      });
    });
  }
  return states;
}
