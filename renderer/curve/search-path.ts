// What the curve of a search shows: the circuits that were accepted, by the units that they keep, and the trials that were not.
import type { Circuit } from "../../engine/circuit/circuit-schema.ts";
import type { CriterionName } from "../../engine/choices/lists.ts";
import type { RunStep } from "../../engine/contract/prune.ts";
import type { TimelineStep } from "../state/timeline.ts";

export interface PathPoint {
  /** Index into the timeline; undefined for a trial that is not one of its steps. */
  readonly at: number | undefined;
  /** Units that the measured circuit keeps. */
  readonly kept: number;
  readonly f: number;
  /** Accuracy or KL, where it was measured. */
  readonly second: number | undefined;
}

export interface SearchPath {
  /** One line for each order of removal, each from the full model on. */
  readonly accepted: readonly (readonly PathPoint[])[];
  readonly rejected: readonly PathPoint[];
}

/** @param trials of the run, those that were rejected among them; none where the circuit came from a file */
export function searchPath(timeline: readonly TimelineStep[], trials: readonly RunStep[]): SearchPath {
  // The file of a finished run tells only f of each step; its trials tell the second half too.
  const seconds = new Map(trials.map(({ kept, faithfulness, second }) => [`${kept} ${faithfulness}`, second]));
  const accepted: PathPoint[][] = [];
  let order: number | undefined;
  for (const [at, { kept, faithfulness: f, second, accepted: holds, order: own }] of timeline.entries()) {
    if (!holds) continue;
    if (own !== order) accepted.push([]);
    order = own;
    accepted.at(-1)!.push({ at, kept, f, second: second ?? seconds.get(`${kept} ${f}`) ?? undefined });
  }
  const places = new Map(timeline.map(({ step, accepted: holds }, at) => [holds ? undefined : step, at]));
  const rejected = trials
    .filter((trial) => !trial.accepted)
    .map(({ step, kept, removed, faithfulness, second }) => ({
      at: places.get(step),
      kept: kept - removed.length,
      f: faithfulness,
      second: second ?? undefined,
    }));
  return { accepted, rejected };
}

/** The bounds that a criterion sets. */
export interface Bounds {
  /** Least and most f; `at least` has no most. */
  readonly f: readonly [number, number | undefined];
  /** Of accuracy the least, of KL the most; undefined where the criterion has no second half or the model's own figure is not known. */
  readonly second: { readonly half: "accuracy" | "kl"; readonly bound: number | undefined } | undefined;
}

export interface Bounding {
  readonly criterion: CriterionName;
  readonly threshold: number;
}

/** What the second half is measured against: the full model's accuracy, or KL(model‖∅). */
export interface ModelsOwn {
  readonly half: "accuracy" | "kl";
  readonly accuracy?: number | undefined;
  readonly klEmpty?: number | undefined;
}

/** |1 − f| ≤ 1 − t or f ≥ t; accuracy ≥ t × the model's, or KL ≤ (1 − t) × KL(model‖∅). */
export function boundsOf({ criterion, threshold: t }: Bounding, own: ModelsOwn): Bounds {
  const f = [t, criterion === "at-least" ? undefined : 2 - t] as const;
  if (criterion === "difference-only") return { f, second: undefined };
  const { half, accuracy, klEmpty } = own;
  const [share, whole] = half === "accuracy" ? [t, accuracy] : [1 - t, klEmpty];
  return { f, second: { half, bound: whole === undefined ? undefined : share * whole } };
}

/** The half that the circuit's figures tell; before there are any, that of the run's trials, which is accuracy for most tasks. */
export function modelsOwn(circuit: Circuit | undefined, anchors: { readonly accuracy: number } | undefined): ModelsOwn {
  const figures = circuit?.results?.discovery;
  if (figures && !figures.accuracy) return { half: "kl", klEmpty: figures.klEmpty };
  return { half: "accuracy", accuracy: figures?.accuracy?.full ?? anchors?.accuracy };
}
