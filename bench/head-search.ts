// Our search for heads alone, as TransformerLens's is timed: without opening the model or judging the circuit.
import type { SearchMethod } from "../engine/choices/lists.ts";
import { formatUnit } from "../engine/circuit/unit.ts";
import { UnitSpace } from "../engine/circuit/unit-set.ts";
import { Evaluator } from "../engine/evaluate/evaluator.ts";
import { measureAnchors } from "../engine/evaluate/report.ts";
import { metricUnit } from "../engine/metric/metric.ts";
import { UnitSearch } from "../engine/prune/unit-search.ts";
import { gradientScores, scoreOf } from "../engine/score/gradient-scores.ts";
import { pathOf } from "../engine/score/integration-path.ts";
import { withForecasts } from "../engine/session/search-forecasts.ts";
import type { HeadTask } from "./head-judge.ts";
import { timed } from "./timed.ts";

export interface FoundHeads {
  readonly seconds: number;
  readonly measurements: number;
  readonly kept: readonly string[];
}

/** How heads are tried, and what their order comes from; a guided search makes its own. */
export interface HeadWay {
  readonly method: SearchMethod;
  readonly order: "effect" | "attribution" | "integrated-gradients";
}

const points = 5;

/** In one order; compiling is part of the time where the executor has not run yet. */
export async function searchHeads(task: Omit<HeadTask, "heldOut">, { method, order }: HeadWay): Promise<FoundHeads> {
  const { executor, discovery, metric, ablation, criterion, seed } = task;
  const { seconds, value } = await timed(async () => {
    const space = new UnitSpace(executor.model.config, ["head"]);
    const evaluator = await Evaluator.create(executor, discovery, { metric, ablation, space });
    const { ends } = await measureAnchors(evaluator, metricUnit[metric]);
    const estimates =
      order === "effect" || method === "guided"
        ? undefined
        : async () => {
            const scores = await gradientScores(executor, discovery, ablation, pathOf(order, points), { metric });
            const heads = space.full().units();
            return new Map(heads.map((head) => [formatUnit(head), scoreOf(scores, head)]));
          };
    const options = { criterion, order, method, seed, orders: 1, swaps: 0, estimates };
    return withForecasts(task, ({ removal: forecast }) =>
      new UnitSearch(evaluator, ends, { ...options, forecast }).run(),
    );
  });
  return { seconds, measurements: value.trials + value.effects.size, kept: value.kept.ids() };
}
