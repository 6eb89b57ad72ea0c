// Judges a circuit on the examples that its search did not see: its figures, those of random circuits of its size, and what it
// and the model do without parts of it.
import type { Unit } from "../circuit/unit.ts";
import type { UnitSet } from "../circuit/unit-set.ts";
import { type Completeness, measureCompleteness } from "../evaluate/completeness.ts";
import { measureMinimality, type Minimality } from "../evaluate/minimality.ts";
import type { Evaluator } from "../evaluate/evaluator.ts";
import { type Ends, faithfulness } from "../evaluate/faithfulness.ts";
import { type Figures, measureFigures, measureRandom, type RandomBaseline } from "../evaluate/report.ts";
import { isOfMany } from "../prune/unit-search.ts";
import { separatedOn } from "./on-examples.ts";
import type { Prepared } from "./prepare.ts";
import type { EvaluatorOn } from "./task-evaluators.ts";

/** Circuits measured for comparison are many and need no more examples than it takes to tell them apart. */
const comparedExamples = 32;

/** Subsets taken out for completeness: shares of the circuit, and how many different ones of each. */
const removedShares = [0.25, 0.5, 0.75];
const subsetsPerShare = 10;

/** More kept neurons and features than these are not taken out one by one. */
const mostSmall = 256;

/** How many random circuits are measured where nobody says otherwise. */
export const defaultRandom = 100;

export interface HeldOutJudgement {
  readonly heldOut: Figures | undefined;
  readonly random: RandomBaseline | undefined;
  readonly completeness: Completeness | undefined;
  readonly minimality: Minimality | undefined;
  /** Where the errors of dictionaries are units. */
  readonly errors: ErrorShare | undefined;
}

/** f of a circuit's other units, with what the dictionaries leave unexplained all live, and all ablated. */
export interface ErrorShare {
  readonly live: number;
  readonly ablated: number;
}

export interface JudgeProgress {
  readonly heldOut: (done: number, total: number) => void;
  readonly random: (done: number, total: number) => void;
  readonly completeness: (done: number, total: number) => void;
  readonly minimality: (done: number, total: number) => void;
}

/** What a circuit is held against besides the criterion. */
export interface JudgeChoice {
  /** Number of random circuits to compare with; 0 for none. */
  readonly random: number;
  /** Whether parts of the circuit are taken out: completeness and minimality. */
  readonly parts: boolean;
}

/** Nothing where there are no held-out examples, or f means nothing on them. */
export async function judgeHeldOut(
  evaluatorOn: EvaluatorOn,
  { heldOut, criterion, seed }: Prepared,
  kept: UnitSet,
  { random, parts }: JudgeChoice,
  progress: JudgeProgress,
): Promise<HeldOutJudgement> {
  const nothing = {
    heldOut: undefined,
    random: undefined,
    completeness: undefined,
    minimality: undefined,
    errors: undefined,
  };
  if (heldOut.length === 0) return nothing;
  progress.heldOut(0, 1);
  const all = await separatedOn(evaluatorOn, heldOut);
  if (!all) return nothing;
  const { evaluator, anchors } = all;
  const figures = await measureFigures(evaluator, anchors, kept, criterion, seed);
  const errors = await errorShare(evaluator, anchors.ends, kept);
  if (random === 0 && !parts) return { ...nothing, errors, heldOut: figures };
  // Few may not tell the model from nothing where all do.
  const few = heldOut.length > comparedExamples && (await separatedOn(evaluatorOn, heldOut.slice(0, comparedExamples)));
  const compared = few || all;
  const [small, { ends }] = [compared.evaluator, compared.anchors];
  const baseline =
    random === 0
      ? undefined
      : await measureRandom(small, ends, kept, random, seed, (done) => progress.random(done, random));
  const taken = parts ? await takeOutParts(small, ends, kept, seed, progress) : undefined;
  return { ...nothing, errors, heldOut: figures, random: baseline, ...taken };
}

async function errorShare(evaluator: Evaluator, { full, empty }: Ends, kept: UnitSet): Promise<ErrorShare | undefined> {
  const { space } = kept;
  const all = space.full().units("error");
  if (!space.kinds.includes("error") || all.length === 0) return undefined;
  const of = async (units: UnitSet) => faithfulness(await evaluator.metric(units), full, empty);
  return { live: await of(kept.with(all)), ablated: await of(kept.without(all)) };
}

async function takeOutParts(evaluator: Evaluator, ends: Ends, kept: UnitSet, seed: number, progress: JudgeProgress) {
  const completeness = await measureCompleteness(evaluator, ends, kept, {
    shares: removedShares,
    count: subsetsPerShare,
    seed,
    onDone: progress.completeness,
  });
  const alone = takenOutAlone(kept);
  if (alone.length === 0) return { completeness };
  const minimality = await measureMinimality(evaluator, ends, kept, alone, progress.minimality);
  return { completeness, minimality };
}

/** Units of the circuit that are taken out one by one. */
function takenOutAlone(kept: UnitSet): Unit[] {
  const small = kept.units().filter(isOfMany);
  const others = kept.units().filter((unit) => !isOfMany(unit));
  return small.length <= mostSmall ? [...others, ...small] : others;
}
