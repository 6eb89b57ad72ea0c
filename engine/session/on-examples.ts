// Some examples of a run, with what measures a circuit on them and the ends that f is measured between there.
import { leastForInterval } from "../base/interval.ts";
import type { Evaluator } from "../evaluate/evaluator.ts";
import { separationOf } from "../evaluate/faithfulness.ts";
import { type Anchors, anchorsOf } from "../evaluate/report.ts";
import { cleanPrompts } from "../task/clean-prompts.ts";
import type { Example } from "../task/example.ts";
import type { Prepared } from "./prepare.ts";
import type { EvaluatorOn } from "./task-evaluators.ts";

export interface OnExamples {
  readonly evaluator: Evaluator;
  readonly anchors: Anchors;
}

/** Undefined where the full model and the empty circuit do not differ enough on them for f to mean anything: no reason to lose a search. */
export async function separatedOn(
  evaluatorOn: EvaluatorOn,
  examples: readonly Example[],
): Promise<OnExamples | undefined> {
  const evaluator = await evaluatorOn(examples);
  const anchors = await anchorsOf(evaluator);
  return separationOf(anchors.full.metric, anchors.empty.metric).isSeparate ? { evaluator, anchors } : undefined;
}

/**
 * Fresh examples, which are drawn as those of discovery are and have other clean prompts: undefined where there are fewer than half as many
 * of these prompts, as in tasks that list theirs.
 */
export async function onFreshOf(
  evaluatorOn: EvaluatorOn,
  { fresh, discovery }: Pick<Prepared, "fresh" | "discovery">,
): Promise<OnExamples | undefined> {
  const prompts = cleanPrompts(fresh).length;
  if (prompts < leastForInterval || 2 * prompts < cleanPrompts(discovery).length) return undefined;
  return separatedOn(evaluatorOn, fresh);
}
