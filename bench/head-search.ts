// Our search for heads alone, as TransformerLens's is timed: without opening the model or judging the circuit.
import { UnitSpace } from "../engine/circuit/unit-set.ts";
import { Evaluator } from "../engine/evaluate/evaluator.ts";
import { measureAnchors } from "../engine/evaluate/report.ts";
import { metricUnit } from "../engine/metric/metric.ts";
import { UnitSearch } from "../engine/prune/unit-search.ts";
import type { HeadTask } from "./head-judge.ts";
import { timed } from "./timed.ts";

export interface FoundHeads {
  readonly seconds: number;
  readonly measurements: number;
  readonly kept: readonly string[];
}

/** In one order, by ascending effect; compiling is part of the time where the executor has not run yet. */
export async function searchHeads(task: Omit<HeadTask, "heldOut">): Promise<FoundHeads> {
  const { executor, discovery, metric, ablation, criterion, seed } = task;
  const { seconds, value } = await timed(async () => {
    const space = new UnitSpace(executor.model.config, ["head"]);
    const evaluator = await Evaluator.create(executor, discovery, { metric, ablation, space });
    const { ends } = await measureAnchors(evaluator, metricUnit[metric]);
    return new UnitSearch(evaluator, ends, { criterion, order: "effect", seed, orders: 1, swaps: 0 }).run();
  });
  return { seconds, measurements: value.trials + value.effects.size, kept: value.kept.ids() };
}
