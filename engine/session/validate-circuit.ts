// How far a search may go: from its end to a larger circuit that holds on examples which the search did not see.
import { leastForInterval } from "../base/interval.ts";
import { say } from "../base/sentence.ts";
import type { CircuitSearch } from "../circuit/circuit-schema.ts";
import type { UnitSet } from "../circuit/unit-set.ts";
import type { Evaluator } from "../evaluate/evaluator.ts";
import { type Figures, measureFigures } from "../evaluate/report.ts";
import { putBack } from "../prune/put-back.ts";
import type { Step } from "../prune/removal.ts";
import { firstOnTheWay, wayBack } from "../prune/way-back.ts";
import { isForeseen } from "../score/unit-forecast.ts";
import { cleanPrompts } from "../task/clean-prompts.ts";
import { onFreshOf, type OnExamples, separatedOn } from "./on-examples.ts";
import type { Prepared } from "./prepare.ts";
import type { Forecasts } from "./search-forecasts.ts";
import { type Held, type Searched, searchOnceMore } from "./search-once-more.ts";
import type { EvaluatorOn } from "./task-evaluators.ts";
import { type LookOptions, Looks, mostPutBack } from "./validation-looks.ts";

type ValidationRecord = NonNullable<CircuitSearch["validation"]>;

export interface Validated {
  readonly kept: UnitSet;
  /** The search's, with what was put back as its last step. */
  readonly trajectory: readonly Step[];
  readonly record: ValidationRecord;
  /** On the validation examples. */
  readonly figures: Figures;
}

export interface ValidationOptions extends LookOptions {
  /** Ids of units that never come back. */
  readonly barred: readonly string[];
  /** What the first search was held to. */
  readonly search?: Held | undefined;
  /** What a learned start took away, in the order in which it should come back. */
  readonly leftOut?: readonly string[] | undefined;
  readonly forecasts: Forecasts;
  /** In a second search, see `OnceMore`. */
  readonly onRemoved?: (gone: number, atMost: number) => void;
}

/**
 * A circuit for which the criterion holds on the discovery examples, and with the probability asked for on as many other examples as there
 * are for validation: the search's own, or the next on the way back along its steps, or one that units put back one at a time lead to
 * (see `putBack`) where the way back has no smaller one (see `firstOnTheWay`), or where neither is short one of a second search (see
 * `searchOnceMore`). Tests and second search are for units of kinds that forecasts are made of, without a budget. Where none is found, the
 * search's own.
 *
 * @returns undefined where the validation examples are too few to say anything, or f means nothing on them
 */
export async function validateCircuit(
  evaluatorOn: EvaluatorOn,
  prepared: Prepared,
  onDiscovery: OnExamples,
  searched: Searched,
  options: ValidationOptions,
): Promise<Validated | undefined> {
  const { validation, criterion, seed } = prepared;
  const { kept: end, trajectory, oneMinimal } = searched;
  if (cleanPrompts(validation).length < leastForInterval) return undefined;
  options.onLook?.(0, 1 + mostPutBack(end));
  const onValidation = await separatedOn(evaluatorOn, validation);
  if (!onValidation) return undefined;
  const { evaluator } = onValidation;
  const looks = new Looks(onDiscovery, onValidation, prepared, options);
  const { barred, leftOut } = options;
  const way = [...wayBack(end.space, trajectory, { to: barred.length > 0 ? 1 : 0, leftOut })];
  const on = { discovery: onDiscovery, fresh: () => onFreshOf(evaluatorOn, prepared) };
  const found = await holding(looks, { searched, way }, prepared, on, options);
  const kept = found?.kept ?? end;
  const holds = looks.confidenceOf(kept);
  const step = found?.how && stepTo(found, end, trajectory.length, await looks.onDiscovery(kept));
  return {
    kept,
    trajectory: step ? [...trajectory, step] : trajectory,
    record: {
      holds,
      reached: found !== undefined,
      measured: looks.count,
      ...(found?.how && { putBack: found.how }),
      search: { kept: end.size, holds: looks.confidenceOf(end), oneMinimal },
      statement: statementOf({ ...options, holds, reached: found !== undefined, looks: looks.count }, evaluator),
    },
    figures: await measureFigures(evaluator, onValidation.anchors, kept, criterion, seed),
  };
}

/** A circuit that holds; what was put back first stands first. */
interface Found {
  readonly kept: UnitSet;
  readonly added: readonly string[];
  /** Undefined for the search's own. */
  readonly how?: ValidationRecord["putBack"];
}

interface WayFrom {
  readonly searched: Searched;
  /** Back from where it ended, which comes first. */
  readonly way: readonly UnitSet[];
}

/**
 * A look at validation costs more than most tests, and a long way back many of them: so tests come before it. They are made on fresh examples,
 * where there are enough: to those of discovery the search has fitted itself, so that on them nothing seems to be missing.
 */
async function holding(
  looks: Looks,
  from: WayFrom,
  prepared: Prepared,
  on: { readonly discovery: OnExamples; readonly fresh: () => Promise<OnExamples | undefined> },
  options: ValidationOptions,
): Promise<Found | undefined> {
  const { searched, way } = from;
  const end = searched.kept;
  const near = await onWayBack(looks, upTo(end.size + 1, way));
  if (near) return near;
  if (options.search?.budget !== undefined || !end.space.kinds.every(isForeseen)) return onWayBack(looks, way);
  const fresh = await on.fresh();
  const byOne = await byTests(looks, end, prepared, fresh ?? on.discovery, options);
  if (byOne) return (await onWayBack(looks, upTo(byOne.kept.size - 1, way))) ?? byOne;
  const onWay = await onWayBack(looks, way);
  return (onWay && fresh && (await again(looks, from, { prepared, fresh, below: onWay.kept.size }, options))) ?? onWay;
}

const upTo = (most: number, way: readonly UnitSet[]) => way.filter(({ size }) => size <= most);

async function byTests(
  looks: Looks,
  end: UnitSet,
  { criterion, seed, task: { metric } }: Prepared,
  { evaluator, anchors }: OnExamples,
  { barred, forecasts, ledger }: ValidationOptions,
): Promise<Found | undefined> {
  const most = end.size + mostPutBack(end);
  const request = { evaluator, anchors, criterion, metric, seed, ledger };
  const added: string[] = [];
  for await (const step of putBack(end, { ...request, barred: new Set(barred), foresee: forecasts.putBack })) {
    added.push(step.added);
    if (await looks.holds(step.kept)) return { kept: step.kept, added, how: "tests" };
    if (step.kept.size >= most) return undefined;
  }
  return undefined;
}

/** @param way the search's own circuit first */
async function onWayBack(looks: Looks, way: readonly UnitSet[]): Promise<Found | undefined> {
  const [end] = way;
  await looks.look(end);
  const place = await firstOnTheWay(way.length, (at) => looks.holds(way[at]));
  if (place === undefined) return undefined;
  const kept = way[place];
  return { kept, added: kept.minus(end).ids(), ...(place > 0 && { how: "way-back" as const }) };
}

interface Below {
  readonly prepared: Prepared;
  readonly fresh: OnExamples;
  /** Size of the circuit on the way back: only a smaller one is wanted. */
  readonly below: number;
}

/** By a search that goes down once more from a circuit on the way back. */
async function again(
  looks: Looks,
  { searched, way }: WayFrom,
  { prepared, fresh, below }: Below,
  { search: held, ...options }: ValidationOptions,
): Promise<Found | undefined> {
  const circuits = await searchOnceMore(fresh, prepared, searched, { ...options, held, from: way });
  const smaller = upTo(below - 1, circuits);
  const place = await firstOnTheWay(smaller.length, (at) => looks.holds(smaller[at]));
  if (place === undefined) return undefined;
  const kept = smaller[place];
  return { kept, added: kept.minus(searched.kept).ids(), how: "second-search" };
}

function stepTo(
  { kept, added }: Found,
  end: UnitSet,
  step: number,
  { metric, faithfulness }: { readonly metric: number; readonly faithfulness: number },
): Step {
  return { step, removed: end.minus(kept).ids(), added, kept: kept.size, metric, faithfulness };
}

interface Stated {
  readonly confidence: number;
  readonly holds: number;
  readonly reached: boolean;
  /** Circuits that were looked at on the validation examples. */
  readonly looks: number;
}

/** In one plain sentence, for file, command line and window. */
function statementOf({ confidence, holds, reached, looks }: Stated, { examples, prompts }: Evaluator): string {
  const [n, distinct] = [examples.length, prompts.length];
  const judged =
    distinct < n
      ? say`judged by ${n} validation examples of ${distinct} prompts that the search did not see`
      : say`judged by ${n} validation examples that the search did not see`;
  const basis = looks > 1 ? say`${judged}, one of ${looks} circuits that were looked at on them` : judged;
  const other =
    distinct < n
      ? say`on ${n} other examples of ${distinct} other prompts of this task`
      : say`on ${n} other examples of this task`;
  const share = percent(holds);
  if (holds < confidence)
    return say`The criterion would hold ${other} in only ${share} of all draws, though ${percent(confidence)} was asked for, ${basis}; putting removed units back did not help.`
      .text;
  if (!reached)
    return say`The criterion would hold ${other} in ${share} of all draws, ${basis}; but it does not hold on the discovery examples.`
      .text;
  return say`The criterion would hold ${other} in ${share} of all draws (at least ${percent(confidence)} was asked for), ${basis}.`
    .text;
}

const percent = (share: number) => `${Number((100 * share).toFixed(1))} %`;
