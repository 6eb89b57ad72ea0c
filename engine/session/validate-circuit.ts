// How far a search may go: from its end to a larger circuit that holds on examples which the search did not see.
import { assertInternal } from "../base/errors.ts";
import { leastForInterval } from "../base/interval.ts";
import { say } from "../base/sentence.ts";
import type { CircuitSearch } from "../circuit/circuit-schema.ts";
import type { UnitSet } from "../circuit/unit-set.ts";
import { criterionConfidence } from "../evaluate/confidence.ts";
import { type Evaluator, mean } from "../evaluate/evaluator.ts";
import { faithfulness, firstHalfHolds, secondHalfHolds } from "../evaluate/faithfulness.ts";
import { type Anchors, type Figures, measureAnchors, measureFigures } from "../evaluate/report.ts";
import { metricUnit } from "../metric/metric.ts";
import { type Ledger, recallOf } from "../prune/journal.ts";
import { putBack } from "../prune/put-back.ts";
import type { Step } from "../prune/removal.ts";
import { firstOnTheWay, wayBack } from "../prune/way-back.ts";
import { isForeseen } from "../score/unit-forecast.ts";
import { cleanPrompts } from "../task/clean-prompts.ts";
import type { Prepared } from "./prepare.ts";
import type { Forecasts } from "./search-forecasts.ts";
import { type Searched, searchOnceMore } from "./search-once-more.ts";
import type { EvaluatorOn } from "./task-evaluators.ts";

type ValidationRecord = NonNullable<CircuitSearch["validation"]>;

export interface Validated {
  readonly kept: UnitSet;
  /** The search's, with what was put back as its last step. */
  readonly trajectory: readonly Step[];
  readonly record: ValidationRecord;
  /** On the validation examples. */
  readonly figures: Figures;
}

export interface OnDiscovery {
  readonly evaluator: Evaluator;
  readonly anchors: Anchors;
}

export interface ValidationOptions {
  readonly confidence: number;
  /** Ids of units that never come back. */
  readonly barred: readonly string[];
  /** Ids of units that never go. */
  readonly keep?: readonly string[] | undefined;
  /** What a learned start took away, in the order in which it should come back. */
  readonly leftOut?: readonly string[] | undefined;
  readonly forecasts: Forecasts;
  readonly ledger: Ledger;
  /** At the beginning, and after each circuit that was looked at, of as many as there may be. */
  readonly onLook: (looks: number, atMost: number) => void;
}

/** A circuit is sought by tests up to twice the size of the search's, or of so many units more. */
const mostPutBack = ({ size }: UnitSet): number => Math.max(8, size);

/**
 * A circuit for which the criterion holds on the discovery examples, and with the probability asked for on as many other examples as there
 * are for validation: the search's own, or one on the way back along its steps (see `firstOnTheWay`), or a smaller one that units put
 * back one at a time lead to (see `putBack`), or else a second search (see `searchOnceMore`), where they are of kinds that forecasts are
 * made of. Where none is found, the search's own.
 *
 * @returns undefined where there are too few validation examples to say anything
 */
export async function validateCircuit(
  evaluatorOn: EvaluatorOn,
  prepared: Prepared,
  onDiscovery: OnDiscovery,
  searched: Searched,
  options: ValidationOptions,
): Promise<Validated | undefined> {
  const { validation, criterion, seed, task } = prepared;
  const { kept: end, trajectory, oneMinimal } = searched;
  if (cleanPrompts(validation).length < leastForInterval) return undefined;
  options.onLook(0, 1 + mostPutBack(end));
  const evaluator = await evaluatorOn(validation);
  const onValidation = { evaluator, anchors: await measureAnchors(evaluator, metricUnit[task.metric]) };
  const looks = new Looks(onDiscovery, onValidation, prepared, options);
  const { barred, leftOut } = options;
  const way = [...wayBack(end.space, trajectory, { to: barred.length > 0 ? 1 : 0, leftOut })];
  const onWay = await onWayBack(looks, way);
  const found =
    (await byTests(looks, { end, onWay }, prepared, onDiscovery, options)) ??
    (await again(looks, { searched, onWay, way }, evaluatorOn, prepared, options)) ??
    onWay;
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
      statement: statementOf(options.confidence, holds, evaluator),
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

/** A circuit that is smaller than the one on the way back; undefined where there is none, or no forecasts of such units. */
async function byTests(
  looks: Looks,
  { end, onWay }: { readonly end: UnitSet; readonly onWay: Found | undefined },
  { criterion, seed, task: { metric } }: Prepared,
  { evaluator, anchors }: OnDiscovery,
  { barred, forecasts, ledger }: ValidationOptions,
): Promise<Found | undefined> {
  const most = Math.min(end.size + mostPutBack(end), (onWay?.kept.size ?? Infinity) - 1);
  if (end.size >= most || !end.space.kinds.every(isForeseen)) return undefined;
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

/** A circuit that is smaller than the one on the way back, by a search that goes down once more from a circuit on it. */
async function again(
  looks: Looks,
  found: { readonly searched: Searched; readonly onWay: Found | undefined; readonly way: readonly UnitSet[] },
  evaluatorOn: EvaluatorOn,
  prepared: Prepared,
  options: ValidationOptions,
): Promise<Found | undefined> {
  const { searched, onWay, way } = found;
  const end = searched.kept;
  if (!onWay?.how || onWay.kept.size <= end.size + 1 || !end.space.kinds.every(isForeseen)) return undefined;
  const circuits = await searchOnceMore(evaluatorOn, prepared, searched, { ...options, from: way });
  const smaller = circuits.filter(({ size }) => size < onWay.kept.size);
  const place = await firstOnTheWay(smaller.length, (at) => looks.holds(smaller[at]));
  if (place === undefined) return undefined;
  const kept = smaller[place];
  return { kept, added: kept.minus(end).ids(), how: "second-search" };
}

/** Circuits that were looked at; what is known of one is not measured again. */
class Looks {
  private readonly known: { readonly kept: UnitSet; readonly confidence: number }[] = [];

  constructor(
    private readonly discovery: OnDiscovery,
    private readonly validation: OnDiscovery,
    private readonly prepared: Pick<Prepared, "criterion" | "seed">,
    private readonly options: Pick<ValidationOptions, "confidence" | "ledger" | "onLook">,
  ) {}

  get count(): number {
    return this.known.length;
  }

  /** On the discovery examples, and with the probability asked for on others. */
  async holds(kept: UnitSet): Promise<boolean> {
    return (await this.onDiscovery(kept)).holds && (await this.look(kept)) >= this.options.confidence;
  }

  /** Of a circuit that was looked at. */
  confidenceOf(kept: UnitSet): number {
    const look = this.known.find((one) => one.kept.equals(kept));
    assertInternal(look, "a circuit that nobody looked at");
    return look.confidence;
  }

  /** Confidence on validation examples. */
  async look(kept: UnitSet): Promise<number> {
    const known = this.known.find((one) => one.kept.equals(kept));
    if (known) return known.confidence;
    const { ledger, onLook } = this.options;
    const recalled = recallOf(ledger, "confidence")?.holds;
    const confidence = recalled ?? (await this.measure(kept));
    if (recalled === undefined) ledger.record({ kind: "confidence", holds: confidence });
    this.known.push({ kept, confidence });
    onLook(this.count, Math.max(this.count, 1 + mostPutBack(this.known[0].kept)));
    return confidence;
  }

  private async measure(kept: UnitSet): Promise<number> {
    const { evaluator, anchors } = this.validation;
    const { criterion, seed } = this.prepared;
    return criterionConfidence(await evaluator.measure(kept), anchors, criterion, { seed, of: evaluator.prompts });
  }

  async onDiscovery(kept: UnitSet) {
    const { evaluator, anchors } = this.discovery;
    const { criterion } = this.prepared;
    const measured = await evaluator.measure(kept);
    const metric = mean(measured.metric);
    const f = faithfulness(metric, anchors.ends.full, anchors.ends.empty);
    const second = mean(criterion.second === "accuracy" ? measured.correct : measured.kl);
    const holds = firstHalfHolds(criterion, f) && secondHalfHolds(criterion, second, anchors.ends);
    return { metric, faithfulness: f, holds };
  }
}

function stepTo(
  { kept, added }: Found,
  end: UnitSet,
  step: number,
  { metric, faithfulness }: { readonly metric: number; readonly faithfulness: number },
): Step {
  return { step, removed: end.minus(kept).ids(), added, kept: kept.size, metric, faithfulness };
}

/** In one plain sentence, for file, command line and window. */
function statementOf(confidence: number, holds: number, { examples, prompts }: Evaluator): string {
  const [n, distinct] = [examples.length, prompts.length];
  const basis =
    distinct < n
      ? say`judged by ${n} validation examples of ${distinct} prompts that the search did not see`
      : say`judged by ${n} validation examples that the search did not see`;
  const other =
    distinct < n
      ? say`on ${n} other examples of ${distinct} other prompts of this task`
      : say`on ${n} other examples of this task`;
  const said =
    holds >= confidence
      ? say`The criterion would hold ${other} in ${percent(holds)} of all draws (at least ${percent(confidence)} was asked for), ${basis}.`
      : say`The criterion would hold ${other} in only ${percent(holds)} of all draws, though ${percent(confidence)} was asked for, ${basis}; putting removed units back did not help.`;
  return said.text;
}

const percent = (share: number) => `${Number((100 * share).toFixed(1))} %`;
