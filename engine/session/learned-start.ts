// Where a search begins that starts from learned masks: the most open gates for which the criterion holds, tested exactly.
import { formatUnit, type Unit } from "../circuit/unit.ts";
import type { UnitSpace } from "../circuit/unit-set.ts";
import type { Evaluator } from "../evaluate/evaluator.ts";
import { type Anchors, measureFigures } from "../evaluate/report.ts";
import { type Ledger, recallOf } from "../prune/journal.ts";
import { learnMask } from "../prune/learned-mask.ts";
import { GatedRuns } from "../score/gated-runs.ts";
import type { Prepared } from "./prepare.ts";

export interface MaskSettings {
  /** Steps of training. */
  readonly steps: number;
  /** Open gates that the training is to end with (default: a quarter of the units). */
  readonly target?: number;
}

/** Gates learned together, of which the most open ones for which the criterion holds are left to the exact search. */
export interface SearchStart {
  readonly method: "learned masks";
  readonly steps: number;
  readonly target: number;
  readonly examples: number;
  /** Units left to the search. */
  readonly kept: number;
}

export interface MaskHooks {
  readonly ledger?: Ledger;
  readonly signal?: AbortSignal;
  readonly onStep?: (step: number, total: number) => void;
}

/** Steps of training where nobody says otherwise. */
export const trainingSteps = 100;

/** Gates need no more examples than this to find their order. */
const maskExamples = 64;

/** What the masks leave to the search, and which units they leave out. @throws EngineError "cancelled" */
export async function learnedStart(
  prepared: Prepared,
  evaluator: Evaluator,
  anchors: Anchors,
  mask: MaskSettings,
  ledger: Ledger,
  hooks: Omit<MaskHooks, "ledger"> = {},
): Promise<{ readonly start: SearchStart; readonly without: readonly string[] }> {
  const target = targetOf(mask, evaluator.space);
  const order = await maskOrder(prepared, evaluator.space, mask, { ...hooks, ledger });
  const kept = recallOf(ledger, "open")?.kept ?? (await fewestThatHold(prepared, evaluator, anchors, order, ledger));
  const examples = Math.min(maskExamples, prepared.discovery.length);
  return {
    without: order.slice(kept).map(formatUnit),
    start: { method: "learned masks", steps: mask.steps, target, examples, kept },
  };
}

/** Every unit, the most open gate first. */
export async function maskOrder(
  { executor, discovery, task, ablation, seed }: Prepared,
  space: UnitSpace,
  mask: MaskSettings,
  hooks: MaskHooks = {},
): Promise<readonly Unit[]> {
  const runs = await GatedRuns.over(executor, discovery.slice(0, maskExamples), task.metric, ablation);
  try {
    const target = targetOf(mask, space);
    return (await learnMask(runs, space, { steps: mask.steps, target, seed, ...hooks })).order;
  } finally {
    await runs.dispose();
  }
}

const targetOf = ({ target }: MaskSettings, { size }: UnitSpace): number => target ?? Math.ceil(size / 4);

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
