// The null of a direction: random directions of its length, which act in the same way at the same layers.
import { dot, norm } from "../activations/change-rows.ts";
import type { Executor } from "../activations/executor.ts";
import { meanOfRows, unit, vectorAt } from "./direction.ts";
import type { OpenedVector } from "./open-vector.ts";
import { statesOf } from "./states.ts";
import { randomVectors } from "./ways/random.ts";

/**
 * Draw i has a random direction of the vector's length at every layer that the vector acts at.
 *
 * @param means mean state by layer, where the action moves to a mean: a random direction moves to what the mean has along it
 */
export function randomTwins(
  opened: OpenedVector,
  layers: readonly number[],
  { draws, seed }: { readonly draws: number; readonly seed: number },
  means?: readonly Float64Array[],
): OpenedVector[] {
  const byLayer = layers.map((layer) => {
    const vector = vectorAt(opened.directions, layer)!;
    // Each layer has directions of its own: a model's directions differ from layer to layer too.
    return randomVectors(vector.length, norm(vector), draws, seed + layer - layers[0]);
  });
  return Array.from({ length: draws }, (_, draw) => {
    const vectors = byLayer.map((drawn) => drawn[draw]);
    const along = means?.map((mean, i) => dot(unit(vectors[i]), mean));
    const sides = along && { plus: along, minus: along };
    return { ...opened, directions: { ...opened.directions, layers, vectors, sides } };
  });
}

/** The mean state of prompts at their ends, by layer. @throws EngineError "cancelled" */
export async function meanStates(
  executor: Executor,
  prompts: readonly { readonly ids: readonly number[] }[],
  layers: readonly number[],
  signal?: AbortSignal,
): Promise<Float64Array[]> {
  const ends = prompts.map(({ ids }) => ({ ids, positions: [ids.length - 1] }));
  const states = await statesOf(executor, ends, { layers, signal });
  return layers.map((_, i) => meanOfRows(states.map((row) => row[i])));
}
