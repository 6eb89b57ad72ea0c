// Size against faithfulness for several ways of choosing units, all measured exactly: what an order is worth, on one scale.
import { ABLATIONS, type GradientMethod, LEARNED_ORDERS, type OrderingName } from "../choices/lists.ts";
import type { Curves, CurvesSettings } from "../choices/curves.ts";
import type { Execution } from "../choices/execution.ts";
import type { UnitKind } from "../choices/lists.ts";
import { EngineError } from "../base/errors.ts";
import { say, sayList, type Sentence } from "../base/sentence.ts";
import { without } from "../base/without.ts";
import { Random } from "../base/random.ts";
import { formatUnit, type Unit } from "../circuit/unit.ts";
import { UnitSpace } from "../circuit/unit-set.ts";
import { Evaluator } from "../evaluate/evaluator.ts";
import { faithfulness } from "../evaluate/faithfulness.ts";
import { type Anchors, measureAnchors, measureFigures } from "../evaluate/report.ts";
import { areasUnder } from "../evaluate/size-curve.ts";
import { metricUnit } from "../metric/metric.ts";
import { type GradientScores, gradientScores, scoreOf } from "../score/gradient-scores.ts";
import { pathOf } from "../score/integration-path.ts";
import { learnedOrder } from "./learned-start.ts";
import { withTask, type Prepared } from "./prepare.ts";
import { onlySearch, pruneTask } from "./prune-task.ts";

type UnitCurve = Curves["curves"][number];
type SearchedPoint = Curves["searches"][number];

export interface CurvesHooks {
  readonly execution?: Execution;
  readonly signal?: AbortSignal;
  /** Sizes measured of all curves, then searches that are done. */
  readonly onProgress?: (stage: "curves" | "searches", done: number, total: number) => void;
}

/** Sizes measured of each curve; where there are fewer units, every one. */
const mostSizes = 33;

/** Where units are more than this, measuring each alone would take longer than all curves do. */
const mostMeasuredAlone = 2_000;

/**
 * Learning an order of hidden neurons and searching them take as long as runs of their own, so that both are left out with a note.
 *
 * @throws EngineError as `withTask`; "usage" for features, or where none of the orders is left; "cancelled"
 */
export async function curvesTask(settings: CurvesSettings, hooks: CurvesHooks = {}): Promise<Curves> {
  if (settings.units.some((kind) => kind === "feature" || kind === "error")) {
    throw new EngineError(
      "usage",
      say`Curves are drawn of heads, MLPs and neurons; prune features with prune --units.`,
    );
  }
  const curves: UnitCurve[] = [];
  const notes: Sentence[] = [];
  const measured = await withTask(settings, hooks, async (prepared) => {
    const splits = await splitsOf(prepared, settings.units, hooks.signal);
    const asked = alongRuns(settings.orderings, prepared, notes);
    const orderings = ordersOf(asked, settings, splits.space.size, notes);
    const total = orderings.length * sizesUpTo(splits.space.size).length;
    let done = 0;
    for (const ordering of orderings) {
      const order = await orderBy(ordering, settings, prepared, splits, hooks.signal);
      const advance = () => hooks.onProgress?.("curves", ++done, total);
      curves.push(await curveOf(ordering, order, prepared, splits, advance));
    }
    const { discovery, heldOut } = prepared;
    return {
      units: splits.space.size,
      examples: { discovery: discovery.length, heldOut: heldOut.length },
      notes: [...prepared.notes, ...notes],
    };
  });
  const searches: SearchedPoint[] = [];
  const asked = hasNeurons(settings) ? [] : SEARCHES;
  for (const search of asked) {
    hooks.onProgress?.("searches", searches.length, asked.length);
    searches.push(await searched(search, settings, hooks));
  }
  if (asked.length > 0) hooks.onProgress?.("searches", searches.length, asked.length);
  return { ...measured, curves, searches };
}

const SEARCHES = ["greedy", "masks"] as const;

const hasNeurons = ({ units }: CurvesSettings): boolean => units.includes("neuron");

/** Without conductance where the ablation has no run to begin at; asked for alone, it says so. @param notes are added where it is left out */
function alongRuns(
  orderings: readonly OrderingName[],
  { ablation: { kind } }: Prepared,
  notes: Sentence[],
): readonly OrderingName[] {
  const others = orderings.filter((ordering) => ordering !== "conductance");
  if (ABLATIONS[kind].isRun || others.length === orderings.length || others.length === 0) return orderings;
  notes.push(say`Conductance is left out, since what ${kind} ablation gives is of no run that a path could begin at.`);
  return others;
}

/** Those that the units can be put into. @param notes are added where some cannot */
function ordersOf(
  orderings: readonly OrderingName[],
  settings: CurvesSettings,
  units: number,
  notes: Sentence[],
): readonly OrderingName[] {
  if (!hasNeurons(settings)) return orderings;
  notes.push(say`Searches of hidden neurons are runs of their own: prune --units neurons.`);
  const can = orderings.filter(
    (ordering) => !isLearned(ordering) && (ordering !== "effects" || units <= mostMeasuredAlone),
  );
  const others = orderings.filter((ordering) => !can.includes(ordering));
  if (can.length === 0) {
    throw new EngineError(
      "usage",
      say`${units} units with hidden neurons among them are not ordered by ${sayList(others, " or ")}; take a gradient method or random.`,
    );
  }
  if (others.length > 0)
    notes.push(say`Left out for ${units} units with hidden neurons among them: ${sayList(others, ", ")}.`);
  return can;
}

const isLearned = (ordering: OrderingName): boolean => LEARNED_ORDERS.some((learned) => learned === ordering);

interface MeasuredSplit {
  readonly evaluator: Evaluator;
  readonly anchors: Anchors;
}

interface MeasuredSplits {
  readonly space: UnitSpace;
  readonly discovery: MeasuredSplit;
  readonly heldOut: MeasuredSplit | undefined;
}

async function splitsOf(
  { executor, model, discovery, heldOut, task, ablation }: Prepared,
  units: readonly UnitKind[],
  signal: AbortSignal | undefined,
): Promise<MeasuredSplits> {
  const space = new UnitSpace(model.config, units);
  const over = async (examples: Prepared["discovery"]): Promise<MeasuredSplit> => {
    const evaluator = await Evaluator.create(executor, examples, { metric: task.metric, ablation, space, signal });
    return { evaluator, anchors: await measureAnchors(evaluator, metricUnit[task.metric]) };
  };
  return {
    space,
    discovery: await over(discovery),
    heldOut: heldOut.length > 0 ? await over(heldOut) : undefined,
  };
}

/** The units to keep first. */
async function orderBy(
  ordering: OrderingName,
  { steps, maskSteps }: CurvesSettings,
  prepared: Prepared,
  { space, discovery }: MeasuredSplits,
  signal: AbortSignal | undefined,
): Promise<readonly Unit[]> {
  const units = space.full().units();
  const strongest = (strengthOf: (unit: Unit) => number) =>
    [...units].sort((a, b) => Math.abs(strengthOf(b)) - Math.abs(strengthOf(a)));
  switch (ordering) {
    case "random":
      return Random.seeded(prepared.seed, "random-order").sample(units, units.length);
    case "learned-masks":
    case "matryoshka":
      return learnedOrder(prepared, space, { method: ordering, steps: maskSteps }, { signal });
    case "effects": {
      const effects = await singleEffects(space, discovery);
      return strongest((unit) => effects.get(formatUnit(unit))!);
    }
    default: {
      const scores = await gradientScoresOf(ordering, steps, prepared, signal);
      return strongest((unit) => scoreOf(scores, unit));
    }
  }
}

async function singleEffects(space: UnitSpace, { evaluator, anchors }: MeasuredSplit): Promise<Map<string, number>> {
  const full = space.full();
  const effects = new Map<string, number>();
  for (const unit of full.units()) {
    effects.set(formatUnit(unit), (await evaluator.metric(full.without([unit]))) - anchors.ends.full);
  }
  return effects;
}

function gradientScoresOf(
  method: GradientMethod,
  steps: number,
  { executor, discovery, ablation, task }: Prepared,
  signal: AbortSignal | undefined,
): Promise<GradientScores> {
  return gradientScores(executor, discovery, ablation, pathOf(method, steps), { metric: task.metric, signal });
}

async function curveOf(
  ordering: OrderingName,
  order: readonly Unit[],
  { criterion, seed }: Prepared,
  { space, discovery, heldOut }: MeasuredSplits,
  onPoint: () => void,
): Promise<UnitCurve> {
  const points: UnitCurve["points"][number][] = [];
  let smallest: number | undefined;
  for (const kept of sizesUpTo(order.length)) {
    const set = space.setOf(order.slice(0, kept));
    const figures = await measureFigures(discovery.evaluator, discovery.anchors, set, criterion, seed);
    const unseen = heldOut && (await heldOut.evaluator.metric(set));
    const ends = heldOut?.anchors.ends;
    points.push({
      kept,
      faithfulness: figures.faithfulness,
      heldOut: ends && faithfulness(unseen!, ends.full, ends.empty),
    });
    if (figures.criterionHolds) smallest ??= kept;
    onPoint();
  }
  const shares = points
    .filter(({ kept }) => kept > 0)
    .map((point) => ({ ...point, fraction: point.kept / order.length }));
  const { cpr, cmd, cappedCpr } = areasUnder(shares);
  return { ordering, points, areas: { cpr, cmd, cappedCpr }, smallest };
}

/** Every size where they are few, else evenly many on a logarithmic scale, 0 and all among them. */
export function sizesUpTo(units: number): number[] {
  if (units < mostSizes) return Array.from({ length: units + 1 }, (_, i) => i);
  const ratio = units ** (1 / (mostSizes - 2));
  const sizes = Array.from({ length: mostSizes - 1 }, (_, i) => Math.round(ratio ** i));
  return [...new Set([0, ...sizes, units])].sort((a, b) => a - b);
}

/** Down to the criterion itself, for that is what the orders are held against. */
async function searched(
  search: SearchedPoint["search"],
  settings: CurvesSettings,
  { execution, signal }: CurvesHooks,
): Promise<SearchedPoint> {
  const started = performance.now();
  const choice = without(settings, "orderings", "steps", "maskSteps");
  const { maskSteps } = settings;
  const start = search === "greedy" ? undefined : ({ start: "learned-masks", maskSteps } as const);
  const { circuit } = await pruneTask({ ...choice, ...onlySearch, ...start, confidence: 0 }, { execution, signal });
  return {
    search,
    kept: circuit.search.trajectory.at(-1)!.kept,
    faithfulness: circuit.results!.discovery.faithfulness,
    heldOut: circuit.results!.heldOut?.faithfulness,
    trials: circuit.search.trials,
    seconds: (performance.now() - started) / 1000,
  };
}
