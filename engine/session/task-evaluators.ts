// Evaluators of a prepared task: on the examples that are named, all over one space of units.
import type { UnitSpace } from "../circuit/unit-set.ts";
import { Evaluator } from "../evaluate/evaluator.ts";
import type { Example } from "../task/example.ts";
import type { Prepared } from "./prepare.ts";

export type EvaluatorOn = (examples: readonly Example[]) => Promise<Evaluator>;

export function taskEvaluators(
  { executor, task, ablation, laid }: Prepared,
  space: UnitSpace,
  signal: AbortSignal | undefined,
): EvaluatorOn {
  return (examples) =>
    Evaluator.create(executor, examples, { metric: task.metric, ablation, space, spliced: laid.spliced, signal });
}
