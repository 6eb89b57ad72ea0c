// How far a search may go: back on its own way to the smallest circuit that holds on examples which the search did not see.
import { leastForInterval } from "../base/interval.ts";
import { say } from "../base/sentence.ts";
import type { CircuitSearch } from "../circuit/circuit-schema.ts";
import type { UnitSet } from "../circuit/unit-set.ts";
import { criterionConfidence } from "../evaluate/confidence.ts";
import { type Evaluator, mean } from "../evaluate/evaluator.ts";
import { type Criterion, faithfulness, firstHalfHolds, secondHalfHolds } from "../evaluate/faithfulness.ts";
import { type Anchors, type Figures, measureAnchors, measureFigures } from "../evaluate/report.ts";
import { metricUnit } from "../metric/metric.ts";
import type { SearchResult } from "../prune/unit-search.ts";
import type { Step } from "../prune/removal.ts";
import { firstOnTheWay, wayBack, type WayBack } from "../prune/way-back.ts";
import type { Prepared } from "./prepare.ts";
import type { EvaluatorOn } from "./task-evaluators.ts";

export interface Validated {
  readonly kept: UnitSet;
  /** The search's, with what was put back as its last step. */
  readonly trajectory: readonly Step[];
  readonly record: NonNullable<CircuitSearch["validation"]>;
  /** On the validation examples. */
  readonly figures: Figures;
}

export interface OnDiscovery {
  readonly evaluator: Evaluator;
  readonly anchors: Anchors;
}

/**
 * The circuit on the way back from which on the criterion holds on the discovery examples, and on as many other examples as there are
 * for validation with the probability asked for (see `firstOnTheWay`). Where none does, the search's own.
 *
 * @returns undefined where there are too few validation examples to say anything
 */
export async function validateCircuit(
  evaluatorOn: EvaluatorOn,
  { validation, criterion, seed, task }: Prepared,
  onDiscovery: OnDiscovery,
  { kept: end, trajectory, oneMinimal }: SearchResult,
  { confidence, ...way }: WayBack & { readonly confidence: number },
): Promise<Validated | undefined> {
  if (validation.length < leastForInterval) return undefined;
  const evaluator = await evaluatorOn(validation);
  const anchors = await measureAnchors(evaluator, metricUnit[task.metric]);
  const confidenceIn = async (kept: UnitSet) =>
    criterionConfidence(await evaluator.measure(kept), anchors, criterion, { seed });
  const circuits = [...wayBack(end.space, trajectory, way)];
  const confidences = new Map<number, number>();
  const place = await firstOnTheWay(circuits.length, async (at) => {
    const holds = await confidenceIn(circuits[at]);
    confidences.set(at, holds);
    return holds >= confidence && (await holdsOn(onDiscovery, circuits[at], criterion)).holds;
  });
  const kept = circuits[place ?? 0];
  const holds = confidences.get(place ?? 0)!;
  const step =
    place === undefined ? undefined : stepTo(kept, end, trajectory.length, await holdsOn(onDiscovery, kept, criterion));
  return {
    kept,
    trajectory: step ? [...trajectory, step] : trajectory,
    record: {
      holds,
      reached: place !== undefined,
      measured: confidences.size,
      search: { kept: end.size, holds: confidences.get(0)!, oneMinimal },
      statement: statementOf(confidence, holds, validation.length),
    },
    figures: await measureFigures(evaluator, anchors, kept, criterion, seed),
  };
}

async function holdsOn({ evaluator, anchors }: OnDiscovery, kept: UnitSet, criterion: Criterion) {
  const measured = await evaluator.measure(kept);
  const metric = mean(measured.metric);
  const f = faithfulness(metric, anchors.ends.full, anchors.ends.empty);
  const second = mean(criterion.second === "accuracy" ? measured.correct : measured.kl);
  return {
    metric,
    faithfulness: f,
    holds: firstHalfHolds(criterion, f) && secondHalfHolds(criterion, second, anchors.ends),
  };
}

/** Undefined where the search's own circuit stays. */
function stepTo(
  kept: UnitSet,
  end: UnitSet,
  step: number,
  { metric, faithfulness }: { readonly metric: number; readonly faithfulness: number },
): Step | undefined {
  if (kept.equals(end)) return undefined;
  const [removed, added] = [end.minus(kept).ids(), kept.minus(end).ids()];
  return { step, removed, added, kept: kept.size, metric, faithfulness };
}

/** In one plain sentence, for file, command line and window. */
function statementOf(confidence: number, holds: number, examples: number): string {
  const basis = say`judged by ${examples} validation examples that the search did not see`;
  const other = say`on ${examples} other examples of this task`;
  const said =
    holds >= confidence
      ? say`The criterion would hold ${other} in ${percent(holds)} of all draws (at least ${percent(confidence)} was asked for), ${basis}.`
      : say`The criterion would hold ${other} in only ${percent(holds)} of all draws, though ${percent(confidence)} was asked for, ${basis}; putting removed units back did not help.`;
  return said.text;
}

const percent = (share: number) => `${Number((100 * share).toFixed(1))} %`;
