// Scores of edges bootstrapped over examples: those whose sign is not sure come after all others.
import { EngineError } from "../base/errors.ts";
import { say, sayList } from "../base/sentence.ts";
import { type Interval, leastForInterval } from "../base/interval.ts";
import { ABLATION_KINDS, ABLATIONS } from "../choices/lists.ts";
import type { Executor } from "../activations/executor.ts";
import { HeldPrograms } from "../activations/held-programs.ts";
import { meanIntervalsOver } from "../evaluate/bootstrap.ts";
import { topologyOf } from "../circuit/topology.ts";
import { cleanPrompts } from "../task/clean-prompts.ts";
import type { Example } from "../task/example.ts";
import type { EdgeScore } from "./edge-attribution.ts";
import { edgeScores, type EdgeScoreRequest } from "./edge-methods.ts";

export interface SureScoresOptions {
  readonly seed: number;
  /** Counts examples. */
  readonly onProgress?: (done: number, total: number) => void;
}

/**
 * The mean score over the examples of each edge, and a thousandth of it where its 95 % bootstrap interval over their clean prompts holds 0.
 *
 * @throws EngineError "usage" for fewer examples than an interval takes, and for ablations whose values are of all examples; as `edgeScores`
 * @see Nikankin et al. 2025, arXiv:2510.25786: edges are kept apart whose scores are consistent over resamples
 */
export async function sureScores(
  executor: Executor,
  examples: readonly Example[],
  request: EdgeScoreRequest,
  { seed, onProgress }: SureScoresOptions,
): Promise<EdgeScore[]> {
  const prompts = cleanPrompts(examples);
  requireSingle(prompts.length, request);
  const intervalOf = meanIntervalsOver(prompts, seed)!;
  /** "example edge" */
  const each: Float64Array[] = [];
  // Programs are the same for every example, and to make them costs more than to run them on one: all of them are held.
  const scoreAll = async (programs: HeldPrograms): Promise<void> => {
    for (const example of examples) {
      const scores = await edgeScores(executor, [example], { ...request, programs });
      each.push(Float64Array.from(scores, ({ score }) => score));
      onProgress?.(each.length, examples.length);
    }
  };
  await HeldPrograms.during(executor, scoreAll, Infinity);
  const values = new Float64Array(each.length);
  return topologyOf(executor.model.config).edges.map((edge, i) => {
    each.forEach((scores, e) => (values[e] = scores[i]));
    return { ...edge, score: sureMean(values, intervalOf) };
  });
}

/** What an edge whose sign is not sure counts: less than any other that matters, so that it is taken to connect others or to fill a size. */
const UNSURE = 1e-3;

export function sureMean(values: Float64Array, intervalOf: (values: Float64Array) => Interval): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  // Means of values of one sign have that sign, however they are drawn.
  if (values.every((value) => value > 0) || values.every((value) => value < 0)) return mean;
  const [low, high] = intervalOf(values);
  return low <= 0 && high >= 0 ? UNSURE * mean : mean;
}

function requireSingle(prompts: number, { ablation: { kind } }: EdgeScoreRequest): void {
  if (ABLATIONS[kind].isOfAllExamples) {
    const others = ABLATION_KINDS.filter((other) => !ABLATIONS[other].isOfAllExamples);
    throw new EngineError(
      "usage",
      say`An integer programme takes scores of single examples, and what ${kind} ablation gives is of all of them; choose --ablation ${sayList(others, " or ")}, or --selection greedy.`,
    );
  }
  if (prompts >= leastForInterval) return;
  throw new EngineError(
    "usage",
    say`Scores are bootstrapped over ${prompts} different prompts, and it takes at least ${leastForInterval}; ask for more with --examples.`,
  );
}
