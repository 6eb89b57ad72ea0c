// The arrays of a training run, in one memory: parameters, moments and gradients, and what one step works on.
import type { Moments } from "../base/adamw.ts";
import { Kernels, type Lay } from "../kernels/kernels.ts";
import type { SparseRows } from "../kernels/sparse-rows.ts";
import { byCount, type KindSettings } from "./training-kinds.ts";

export const PARAMETERS = ["wEnc", "bEnc", "wDec", "bDec", "logThreshold"] as const;
export type Parameter = (typeof PARAMETERS)[number];
type ByParameter = Readonly<Record<Parameter, Float32Array>>;

export interface TrainingSizes extends KindSettings {
  readonly dIn: number;
  readonly dSae: number;
  /** Other than `dIn` only for transcoders. */
  readonly dOut: number;
  readonly batch: number;
}

/** `wEnc` "dSae dIn", a row for each feature as in `wDec` "dSae dOut". */
export function parameterSizes({ dIn, dSae, dOut }: TrainingSizes): Readonly<Record<Parameter, number>> {
  return { wEnc: dSae * dIn, bEnc: dSae, wDec: dSae * dOut, bDec: dOut, logThreshold: dSae };
}

/** Features of a batch, by row: where they are, what they are, and the gradient there. */
export interface FeatureLists extends SparseRows {
  readonly gradients: Float32Array;
}

/** Features that explain what others leave of a batch. */
export interface Revival {
  readonly lists: FeatureLists;
  /** "row dOut": what is left to explain, and the gradient at what they reconstruct of it. */
  readonly target: Float32Array;
  readonly error: Float32Array;
}

export interface TrainingArrays {
  readonly values: ByParameter;
  readonly moments: Readonly<Record<Parameter, Moments>>;
  readonly gradients: ByParameter;
  /** "row dSae", values before the selection. */
  readonly pre: Float32Array;
  /** "row feature", where a product goes over all features, or over all of some. */
  readonly f: Float32Array;
  readonly fGradient: Float32Array;
  /** "row dIn", what the encoder's product is of. */
  readonly centred: Float32Array;
  /** "row dOut", the gradient at the reconstruction. */
  readonly error: Float32Array;
  readonly active: FeatureLists;
  /** Of jumprelu: values so near to their threshold that it learns from them. */
  readonly near: FeatureLists | undefined;
  /** Of topk and batchtopk. */
  readonly revival: Revival | undefined;
  /** The lists of a batch by feature, columns being rows of the batch, where they are few. */
  readonly byFeature: SparseRows;
  /** One entry for each feature, in its own row and column. */
  readonly diagonal: SparseRows;
  /** One row with an entry for each feature. */
  readonly whole: SparseRows;
  /** A shift of 0, and one of −b_dec. */
  readonly none: Float32Array;
  readonly negative: Float32Array;
  /** By feature: ‖W_dec‖, and bounds of a selection. */
  readonly norms: Float32Array;
  readonly low: Float32Array;
  readonly high: Float32Array;
  /** By feature: Σ f over a batch. */
  readonly strength: Float32Array;
  /** For the selection of the largest. */
  readonly heap: Float32Array;
}

/** Of all places of a batch. */
const fewShare = 1 / 16;

/**
 * Up to so many entries of lists are multiplied one by one; more of them in a product over all features. One by one an entry costs five
 * times as much, on one core, while the product over all runs on every core: lists of a sixteenth take a third of its time on one
 * core, two thirds on two, and as long on three. A number that knew the cores would make results depend on them.
 */
export function few({ batch, dSae }: TrainingSizes): number {
  return Math.floor(batch * dSae * fewShare);
}

/** So many dead features at most are taken for a state: half its width. */
export function revivedAtOnce({ dIn }: TrainingSizes): number {
  return Math.max(1, Math.floor(dIn / 2));
}

export function trainingMemory(sizes: TrainingSizes): { readonly kernels: Kernels; readonly arrays: TrainingArrays } {
  return Kernels.over((lay) => arraysFor(sizes, lay));
}

/** @throws EngineError "usage" where a training needs more memory than there can be */
export function requireMemory(sizes: TrainingSizes): void {
  Kernels.bytesOf((lay) => arraysFor(sizes, lay));
}

function arraysFor(sizes: TrainingSizes, { floats, ints }: Lay): TrainingArrays {
  const { dIn, dSae, dOut, batch, kind, k } = sizes;
  const lengths = parameterSizes(sizes);
  const each = <T>(make: (length: number) => T) =>
    Object.fromEntries(PARAMETERS.map((name) => [name, make(lengths[name])])) as Record<Parameter, T>;
  const sparse = (rows: number, entries: number): SparseRows => ({
    starts: ints(rows + 1),
    columns: ints(entries),
    values: floats(entries),
  });
  const lists = (entries: number): FeatureLists => ({ ...sparse(batch, entries), gradients: floats(entries) });
  const counted = byCount(kind);
  const [all, chosen] = [batch * dSae, batch * Math.min(k, dSae)];
  const revived = Math.min(revivedAtOnce(sizes), dSae);
  return {
    values: each(floats),
    moments: each((length) => ({ first: floats(length), second: floats(length), updates: 0 })),
    gradients: each(floats),
    pre: floats(all),
    centred: floats(batch * dIn),
    error: floats(batch * dOut),
    active: lists(counted ? chosen : all),
    near: kind === "jumprelu" ? lists(all) : undefined,
    revival: counted
      ? { lists: lists(batch * revived), target: floats(batch * dOut), error: floats(batch * dOut) }
      : undefined,
    byFeature: sparse(dSae, few(sizes)),
    diagonal: sparse(dSae, dSae),
    whole: sparse(1, dSae),
    ...{ norms: floats(dSae), low: floats(dSae), high: floats(dSae), strength: floats(dSae) },
    ...{ none: floats(dOut), negative: floats(dIn) },
    ...{ f: floats(all), fGradient: floats(all) },
    heap: floats(counted ? Math.max(kind === "batchtopk" ? chosen : k, revived) : 0),
  };
}
