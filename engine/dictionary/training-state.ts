// What a training run remembers between two steps: how it begins, and its arrays in the order in which they are written.
import { type Moments, noMoments } from "../base/adamw.ts";
import { Random } from "../base/random.ts";
import type { TrainerSettings } from "./trainer.ts";
import {
  type Parameter,
  PARAMETERS,
  parameterSizes,
  type TrainingArrays,
  type TrainingSizes,
} from "./training-memory.ts";

export interface TrainerState {
  step: number;
  /** `wEnc` "dSae dIn", `wDec` "dSae dOut". */
  readonly values: Readonly<Record<Parameter, Float32Array>>;
  readonly moments: Record<Parameter, Moments>;
  /** By feature: states since it fired last. */
  readonly silent: Float64Array;
  /** Of batchtopk: running mean of the least value that was taken; undefined before the first step. */
  leastTaken: number | undefined;
}

const firstThreshold = 0.01;

/** Decoder rows in random directions, the encoder like them; of length 1, or .1 where lengths are free. */
export function firstState(settings: TrainerSettings, mean: Float32Array): TrainerState {
  const { dIn, dSae, dOut, kind, transcodes, seed } = settings;
  const random = Random.seeded(seed, "dictionary");
  const wDec = Float32Array.from({ length: dSae * dOut }, () => random.normal());
  const length = kind === "l1" ? 0.1 : 1;
  for (let start = 0; start < wDec.length; start += dOut) {
    const norm = Math.sqrt(wDec.subarray(start, start + dOut).reduce((sum, w) => sum + w * w, 0));
    for (let at = start; at < start + dOut; at++) wDec[at] *= length / norm;
  }
  const state = stateOf(settings, { step: 0, updates: 0 });
  const { wEnc } = state.values;
  if (transcodes) {
    for (let i = 0; i < dIn; i++) for (let j = 0; j < dSae; j++) wEnc[j * dIn + i] = random.normal() / Math.sqrt(dIn);
  } else wEnc.set(wDec);
  state.values.wDec.set(wDec);
  state.values.bDec.set(mean);
  state.values.logThreshold.fill(Math.log(firstThreshold));
  return state;
}

/** A state whose arrays are still to be filled. */
export function stateOf(
  settings: TrainingSizes,
  { step, updates, leastTaken }: { readonly step: number; readonly updates: number; readonly leastTaken?: number },
): TrainerState {
  const sizes = parameterSizes(settings);
  const each = <T>(make: (size: number) => T) =>
    Object.fromEntries(PARAMETERS.map((name) => [name, make(sizes[name])])) as Record<Parameter, T>;
  return {
    step,
    values: each((size) => new Float32Array(size)),
    moments: each((size) => ({ ...noMoments(size), updates })),
    silent: new Float64Array(settings.dSae),
    leastTaken,
  };
}

/** The same state with its arrays in the memory of a training run. */
export function into({ values, moments }: TrainingArrays, state: TrainerState): TrainerState {
  const own: TrainerState = {
    step: state.step,
    values,
    moments: Object.fromEntries(
      PARAMETERS.map((name) => [name, { ...moments[name], updates: state.moments[name].updates }]),
    ) as Record<Parameter, Moments>,
    silent: new Float64Array(state.silent.length),
    leastTaken: state.leastTaken,
  };
  const from = arraysOf(state);
  arraysOf(own).forEach((array, i) => array.set(from[i]));
  return own;
}

/** Every array of a state, in a fixed order, to be written or filled. */
export function arraysOf({ values, moments, silent }: TrainerState): (Float32Array | Float64Array)[] {
  const own = PARAMETERS.flatMap((name) => [values[name], moments[name].first, moments[name].second]);
  return [...own, silent];
}
