// Means over places with their intervals.
import type { MeanOver } from "../choices/neuron.ts";
import { meanInterval } from "../evaluate/bootstrap.ts";

export function average(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return sum / values.length;
}

export function meanOver(values: Float64Array, seed: number): MeanOver {
  return { mean: average(values), interval: meanInterval(values, seed) };
}

/** The mean of several arrays of one length, entry by entry. */
export function averaged(arrays: readonly Float64Array[]): Float64Array {
  return arrays[0].map((_, i) => arrays.reduce((sum, array) => sum + array[i], 0) / arrays.length);
}

export const differences = (a: Float64Array, b: Float64Array): Float64Array => a.map((x, i) => x - b[i]);
