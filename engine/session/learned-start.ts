// Where a search begins that starts from learned masks: the most open gates for which the criterion holds, tested exactly.
import { formatUnit, type Unit } from "../circuit/unit.ts";
import { UnitSpace } from "../circuit/unit-set.ts";
import { Evaluator } from "../evaluate/evaluator.ts";
import { measureAnchors, measureFigures } from "../evaluate/report.ts";
import { metricUnit } from "../metric/metric.ts";
import { learnMask } from "../prune/learned-mask.ts";
import { GatedRuns } from "../score/gated-runs.ts";
import { prepare, type Prepared } from "./prepare.ts";
import type { PruneSettings, SearchStart } from "./prune-task.ts";

export interface MaskSettings {
  /** Steps of training. */
  readonly steps: number;
  /** Open gates that the training is to end with (default: a quarter of the units). */
  readonly target?: number;
}

export interface MaskHooks {
  readonly threads?: number;
  readonly signal?: AbortSignal;
  readonly onStep?: (step: number, total: number) => void;
}

/** Steps of training where nobody says otherwise. */
export const trainingSteps = 100;

/** Gates need no more examples than this to find their order. */
const maskExamples = 64;

/** The settings of a search that begins with what the masks leave. @throws EngineError as `prepare`; "cancelled" */
export async function learnedStart(
  settings: PruneSettings,
  mask: MaskSettings,
  { threads, ...hooks }: MaskHooks = {},
): Promise<PruneSettings & { readonly start: SearchStart; readonly without: readonly string[] }> {
  const prepared = prepare(settings, { threads });
  const { executor, model } = prepared;
  try {
    const space = new UnitSpace(model.config, settings.units);
    const target = mask.target ?? Math.ceil(space.size / 4);
    const order = await maskOrder(prepared, space, { ...mask, target }, hooks);
    const kept = await fewestThatHold(prepared, space, order, hooks.signal);
    const examples = Math.min(maskExamples, prepared.discovery.length);
    return {
      ...settings,
      without: order.slice(kept).map(formatUnit),
      start: { method: "learned masks", steps: mask.steps, target, examples, kept },
    };
  } finally {
    await executor.dispose();
    model.close();
  }
}

/** Every unit, the most open gate first. */
export async function maskOrder(
  { executor, discovery, task, ablation, seed }: Prepared,
  space: UnitSpace,
  { steps, target }: Required<MaskSettings>,
  { signal, onStep }: Omit<MaskHooks, "threads"> = {},
): Promise<readonly Unit[]> {
  const runs = await GatedRuns.over(executor, discovery.slice(0, maskExamples), task.metric, ablation);
  try {
    return (await learnMask(runs, space, { steps, target, seed, signal, onStep })).order;
  } finally {
    await runs.dispose();
  }
}

/** By halving, so that the criterion holds for this number; it may also hold for a smaller one between two that were tried. */
async function fewestThatHold(
  { executor, discovery, task, ablation, criterion, seed }: Prepared,
  space: UnitSpace,
  order: readonly Unit[],
  signal: AbortSignal | undefined,
): Promise<number> {
  const evaluator = await Evaluator.create(executor, discovery, { metric: task.metric, ablation, space, signal });
  const anchors = await measureAnchors(evaluator, metricUnit[task.metric]);
  let [fails, holds] = [0, order.length];
  while (holds - fails > 1) {
    const middle = Math.floor((holds + fails) / 2);
    const kept = space.setOf(order.slice(0, middle));
    if ((await measureFigures(evaluator, anchors, kept, criterion, seed)).criterionHolds) holds = middle;
    else fails = middle;
  }
  return holds;
}
