// Several circuits of one task judged as equals: each one's figures, which units all have, how alike they are, and what they share does.
import type { SharedUnits } from "../circuit/circuit-schema.ts";
import { formatUnit } from "../circuit/unit.ts";
import type { UnitSet } from "../circuit/unit-set.ts";
import { agreementOf } from "../evaluate/agreement.ts";
import { type Figures, measureAnchors, measureFigures } from "../evaluate/report.ts";
import { metricUnit } from "../metric/metric.ts";
import { type OnExamples, separatedOn } from "./on-examples.ts";
import type { Prepared } from "./prepare.ts";
import type { Example } from "../task/example.ts";
import type { EvaluatorOn } from "./task-evaluators.ts";

export interface JudgedCircuits {
  readonly split: "discovery" | "heldOut";
  /** Of each circuit, in the order given. */
  readonly figures: readonly Figures[];
  /** Units in all of them. */
  readonly core: readonly string[];
  readonly agreement: ReturnType<typeof agreementOf>;
  /** The units in all, as a circuit. */
  readonly intersection: SharedUnits;
  /** The units in any, as a circuit. */
  readonly union: SharedUnits;
}

/**
 * On the held-out examples, or on the discovery examples where there are no others on which f means something. Searches of other seeds have not seen these
 * held-out examples either where fillers or prompts decide the split; where a file's listed prompts are shared out anew, they may have.
 *
 * @param sets at least one, all of one space
 * @param beside a circuit that each is compared with
 */
export async function judgeTogether(
  evaluatorOn: EvaluatorOn,
  { heldOut, discovery, criterion, seed, task }: Prepared,
  sets: readonly UnitSet[],
  beside?: UnitSet,
): Promise<JudgedCircuits> {
  const unseen = heldOut.length > 0 ? await separatedOn(evaluatorOn, heldOut) : undefined;
  const { evaluator, anchors } = unseen ?? (await onDiscovery(evaluatorOn, discovery, metricUnit[task.metric]));
  const figuresOf = (kept: UnitSet) => measureFigures(evaluator, anchors, kept, criterion, seed);
  const figures: Figures[] = [];
  for (const kept of sets) figures.push(await figuresOf(kept));
  const intersection = sets.reduce((a, b) => a.intersection(b));
  const union = sets.reduce((a, b) => a.union(b));
  const shared = async (kept: UnitSet): Promise<SharedUnits> => {
    const { faithfulness, criterionHolds } = await figuresOf(kept);
    return { kept: kept.size, faithfulness, criterionHolds };
  };
  const idsOf = (kept: UnitSet) => new Set(kept.ids());
  return {
    split: unseen ? "heldOut" : "discovery",
    figures,
    core: intersection.units().map(formatUnit),
    agreement: agreementOf(sets.map(idsOf), { seed, circuit: beside && idsOf(beside) }),
    intersection: await shared(intersection),
    union: await shared(union),
  };
}

async function onDiscovery(evaluatorOn: EvaluatorOn, discovery: readonly Example[], unit: string): Promise<OnExamples> {
  const evaluator = await evaluatorOn(discovery);
  return { evaluator, anchors: await measureAnchors(evaluator, unit) };
}
