// Where a search begins that starts from a learned order: its first units for which the criterion holds, tested exactly.
import type { LearnedOrder } from "../choices/lists.ts";
import type { Circuit } from "../circuit/circuit-schema.ts";
import { formatUnit, type Unit } from "../circuit/unit.ts";
import type { UnitSpace } from "../circuit/unit-set.ts";
import type { Evaluator } from "../evaluate/evaluator.ts";
import { type Anchors, measureFigures } from "../evaluate/report.ts";
import { type LearnedGates, trainedOrder, type TrainingOptions } from "../prune/gate-training.ts";
import { type Ledger, recallOf } from "../prune/journal.ts";
import { LearnedMask } from "../prune/learned-mask.ts";
import { NestedMask } from "../prune/nested-mask.ts";
import { GatedRuns } from "../score/gated-runs.ts";
import type { Prepared } from "./prepare.ts";

/** What is trained, and how long. */
export interface Training {
  readonly method: LearnedOrder;
  readonly steps: number;
  /** Open gates that learned masks are to end with (default: a quarter of the units). */
  readonly target?: number;
  /** Ids of units that never go: they come first, whatever was learned. */
  readonly keep?: readonly string[] | undefined;
}

/** What a circuit file says of it. */
export type SearchStart = NonNullable<Circuit["search"]["start"]>;

type TrainingHooks = Omit<TrainingOptions, "steps">;

/** Steps of training where nobody says otherwise. */
export const trainingSteps = 100;

/** Gates need no more examples than this to find their order. */
const maskExamples = 64;

/** What is left to the search, and which units are left out. @throws EngineError "cancelled" */
export async function learnedStart(
  prepared: Prepared,
  evaluator: Evaluator,
  anchors: Anchors,
  training: Training,
  ledger: Ledger,
  hooks: Omit<TrainingHooks, "ledger"> = {},
): Promise<{ readonly start: SearchStart; readonly without: readonly string[] }> {
  const learned = await learnedOrder(prepared, evaluator.space, training, { ...hooks, ledger });
  const forced = learned.filter((unit) => training.keep?.includes(formatUnit(unit)));
  const order = [...forced, ...learned.filter((unit) => !forced.includes(unit))];
  const holding = recallOf(ledger, "open")?.kept ?? (await fewestThatHold(prepared, evaluator, anchors, order, ledger));
  const kept = Math.max(holding, forced.length);
  const examples = Math.min(maskExamples, prepared.discovery.length);
  const { said } = untrained(training, evaluator.space, prepared.seed);
  return { without: order.slice(kept).map(formatUnit), start: { ...said, steps: training.steps, examples, kept } };
}

/** Every unit, the one to keep first at the front. */
export async function learnedOrder(
  { executor, discovery, task, ablation, seed }: Prepared,
  space: UnitSpace,
  training: Training,
  hooks: TrainingHooks = {},
): Promise<readonly Unit[]> {
  const runs = await GatedRuns.over(executor, discovery.slice(0, maskExamples), task.metric, ablation);
  try {
    return await trainedOrder(runs, space, untrained(training, space, seed).gates, { ...hooks, steps: training.steps });
  } finally {
    await runs.dispose();
  }
}

interface Untrained {
  readonly gates: LearnedGates;
  readonly said: { readonly method: "learned masks"; readonly target: number } | { readonly method: "matryoshka" };
}

function untrained({ method, target }: Training, { size }: UnitSpace, seed: number): Untrained {
  switch (method) {
    case "learned-masks": {
      const open = target ?? Math.ceil(size / 4);
      return { gates: new LearnedMask(size, { target: open, seed }), said: { method: "learned masks", target: open } };
    }
    case "matryoshka":
      return { gates: new NestedMask(size, { seed }), said: { method } };
    default:
      return method satisfies never;
  }
}

/** By halving, so that the criterion holds for this number; it may also hold for a smaller one between two that were tried. */
async function fewestThatHold(
  { criterion, seed }: Prepared,
  evaluator: Evaluator,
  anchors: Anchors,
  order: readonly Unit[],
  ledger: Ledger,
): Promise<number> {
  let [fails, holds] = [0, order.length];
  while (holds - fails > 1) {
    const middle = Math.floor((holds + fails) / 2);
    const kept = evaluator.space.setOf(order.slice(0, middle));
    if ((await measureFigures(evaluator, anchors, kept, criterion, seed)).criterionHolds) holds = middle;
    else fails = middle;
  }
  ledger.record({ kind: "open", kept: holds });
  return holds;
}
