// Every state of a source into every layer of a target: what the target says then.
import type { Executor } from "../activations/executor.ts";
import { type Reals, takeRows } from "../activations/packing.ts";
import { readStates, type Reading } from "../readout/readings.ts";
import type { PatchTarget } from "./target.ts";

export interface GridOptions {
  /** Points that states are put before. */
  readonly into: readonly number[];
  /** Tokens whose rank is wanted in every cell. */
  readonly tokens: readonly number[];
  readonly signal?: AbortSignal;
  /** Called when one more target layer is done. */
  readonly onLayer?: () => void;
}

/** @param states "row dModel" @returns by row, then target layer */
export async function patchGrid(
  executor: Executor,
  target: PatchTarget,
  states: Reals,
  { into, tokens, signal, onLayer }: GridOptions,
): Promise<Reading[][]> {
  const rows = states.length / executor.model.config.dModel;
  const grid = Array.from({ length: rows }, (): Reading[] => []);
  for (const lt of into) {
    const ends = await target.ends(states, lt, signal);
    const readings = await readStates(executor, ends, { tokens: grid.map(() => tokens) });
    readings.forEach((reading, row) => grid[row].push(reading));
    onLayer?.();
  }
  return grid;
}

/** States of some points, "point dModel", out of a whole column of them. */
export function statesOf(column: Reals, points: readonly number[], dModel: number): Reals {
  return takeRows(column, dModel, points);
}

/** How far each state lies from the one that stands where it is put. */
export function distances(states: Reals, own: Reals, into: readonly number[], dModel: number): number[][] {
  return Array.from({ length: states.length / dModel }, (_, row) =>
    into.map((lt) => {
      let squared = 0;
      for (let i = 0; i < dModel; i++) squared += (states[row * dModel + i] - own[lt * dModel + i]) ** 2;
      return Math.sqrt(squared);
    }),
  );
}
