// Prunes a model on a task from beginning to end: measure, search, report, connections and roles, one circuit record.
import { type Note, say, sayList } from "../base/sentence.ts";
import { EngineError } from "../base/errors.ts";
import { commandLine } from "../choices/command.ts";
import type { Execution } from "../choices/execution.ts";
import { UNITS_SAID } from "../choices/lists.ts";
import { pruneSettings, type PruneSettings } from "../choices/prune.ts";
import type { Circuit, CircuitEdge } from "../circuit/circuit-schema.ts";
import { formatUnit, type Head } from "../circuit/unit.ts";
import { type UnitSet, UnitSpace } from "../circuit/unit-set.ts";
import { meanInterval } from "../evaluate/bootstrap.ts";
import type { Evaluator } from "../evaluate/evaluator.ts";
import { faithfulness, stricterThan } from "../evaluate/faithfulness.ts";
import { type Anchors, measureAnchors, measureFigures } from "../evaluate/report.ts";
import { metricUnit } from "../metric/metric.ts";
import { constantsMemory, type Ledger, recallOf } from "../prune/journal.ts";
import { usualProgramBytes } from "../activations/held-programs.ts";
import { measureConnections } from "../score/connections.ts";
import { SCORED_SITES } from "../score/gradient-runs.ts";
import type { ForecastRequest } from "../score/unit-forecast.ts";
import { headRoles } from "../reading/roles.ts";
import { UnitSearch, isOfMany, type SearchEvent, type SearchOptions, type SearchResult } from "../prune/unit-search.ts";
import { alternativeCircuits } from "./alternative-circuits.ts";
import { circuitRecord, environmentRecord, type NodeFacts, type RoleFacts } from "./circuit-record.ts";
import { defaultRandom, judgeHeldOut } from "./judge.ts";
import { learnedStart, type SearchStart, trainingSteps } from "./learned-start.ts";
import { requireLaid } from "./laid-dictionaries.ts";
import { withTask, type Prepared } from "./prepare.ts";
import { estimatesOf } from "./search-estimates.ts";
import { type Forecasts, withForecasts } from "./search-forecasts.ts";
import { taskEvaluators } from "./task-evaluators.ts";
import { validateCircuit } from "./validate-circuit.ts";
import { identityOf, type JournalOptions, withLedger } from "./run-journal.ts";

const command = { name: "prune", settings: pruneSettings };

/** For searches of which only the circuit and its figures are wanted. */
export const onlySearch = { random: 0, parts: false, connections: false, roles: false } as const;

export type PruneEvent =
  | { readonly type: "prepared"; readonly prepared: Prepared }
  | { readonly type: "anchors"; readonly anchors: Anchors }
  | { readonly type: "start"; readonly start: SearchStart }
  | { readonly type: "search"; readonly event: SearchEvent }
  | { readonly type: "stage"; readonly stage: Stage; readonly done: number; readonly total: number };

/** What comes before the search and after it, in order. */
export type Stage =
  | "constants"
  | "masks"
  | "validation"
  | "second-search"
  | "node-effects"
  | "held-out"
  | "random"
  | "alternatives"
  | "completeness"
  | "minimality"
  | "connections"
  | "roles";

export interface PruneOptions extends JournalOptions {
  /** Of the larger run that this one is part of, in place of a journal of its own. */
  readonly ledger?: Ledger;
  readonly execution?: Execution;
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: PruneEvent) => void;
}

export interface PruneOutcome {
  readonly circuit: Circuit;
  readonly notes: readonly Note[];
}

/** How surely the criterion is to hold on other examples where nobody says otherwise. */
const defaultConfidence = 0.9;

/** Few units are cheap to search again from other orders; many are not. */
const fewUnits = 64;

/** More hidden neurons or features than this are tried within a budget unless the user says otherwise; such neurons are ordered by estimates. */
const many = 4096;
/** Trials per neuron or feature in that budget. */
const defaultBudgetShare = 0.15;

/**
 * @throws EngineError for a task or model that cannot be used, "degenerate-task" where the model cannot do the task,
 *   "cancelled" when the signal fires (the journal then holds everything measured)
 */
export async function pruneTask(settings: PruneSettings, options: PruneOptions = {}): Promise<PruneOutcome> {
  const started = new Date();
  const emit = options.onEvent ?? (() => undefined);
  checkStart(settings);
  const { confidence = defaultConfidence } = settings;
  return withTask(settings, { ...options, validate: confidence > 0 }, async (prepared) => {
    emit({ type: "prepared", prepared });
    const use = (ledger: Ledger) =>
      withForecasts(forecastRequest(settings, prepared, options.signal), (forecasts) =>
        run(settings, prepared, ledger, { ...options, forecasts, onEvent: emit }, started),
      );
    return await (options.ledger
      ? use(options.ledger)
      : withLedger("units", settings, identityOf(prepared), options, use));
  });
}

function checkStart({ start, without, units, dictionary, search, order, maskTarget }: PruneSettings): void {
  requireLaid({ units, dictionary });
  if (search === "guided" && dictionary) {
    throw new EngineError(
      "usage",
      say`A guided search foresees the model without dictionaries; with --dictionary search in blocks or one by one.`,
    );
  }
  if (search === "guided" && order !== undefined && order !== "attribution") {
    throw new EngineError(
      "usage",
      say`A guided search makes its own order, again and again; leave --order out, or search in blocks or one by one.`,
    );
  }
  if (start === "matryoshka" && maskTarget !== undefined) {
    throw new EngineError(
      "usage",
      say`A matryoshka order is trained for every number of units at once and has no target; leave --mask-target out.`,
    );
  }
  if (start === undefined || start === "full") return;
  if (dictionary) {
    throw new EngineError(
      "usage",
      say`Features and errors have no gates that could be learned; begin with the full model.`,
    );
  }
  if (!without?.length) return;
  throw new EngineError(
    "usage",
    say`A learned order chooses what is ablated before the search; begin with the full model, or name no units.`,
  );
}

async function run(
  settings: PruneSettings,
  prepared: Prepared,
  ledger: Ledger,
  options: PruneOptions & { readonly forecasts: Forecasts; readonly onEvent: (event: PruneEvent) => void },
  started: Date,
): Promise<PruneOutcome> {
  const { task, criterion, seed } = prepared;
  const { laid } = prepared;
  const { signal, forecasts } = options;
  const space = new UnitSpace(prepared.sizes, settings.units);
  const stage = (name: Stage) => (done: number, total: number) =>
    options.onEvent({ type: "stage", stage: name, done, total });
  prepared.constants?.within({ memory: constantsMemory(ledger), onStep: stage("constants") });
  const evaluatorOn = taskEvaluators(prepared, space, signal);
  const evaluator = await evaluatorOn(prepared.discovery);
  const anchors = await measureAnchors(evaluator, metricUnit[task.metric]);
  assertCapable(prepared, anchors);
  noteAnchors(ledger, anchors);
  options.onEvent({ type: "anchors", anchors });

  const { start = "full", maskSteps: steps = trainingSteps, maskTarget: target } = settings;
  const keep = idsIn(space, settings.keep);
  const learned =
    start === "full"
      ? undefined
      : await learnedStart(prepared, evaluator, anchors, { method: start, steps, target, keep }, ledger, {
          signal,
          onStep: stage("masks"),
        });
  if (learned) options.onEvent({ type: "start", start: learned.start });
  const chosen = { ...settings, ...(learned && { without: learned.without }) };
  const search = { ...searchOptions(chosen, prepared, space, signal), forecast: forecasts.removal };
  // Gradients ask for constants at every site; they stand in the ledger before the estimates that are made with them.
  if (search.estimates) for (const site of SCORED_SITES) await prepared.constants?.at(site);
  const searched = await new UnitSearch(evaluator, anchors.ends, search, ledger, (event) =>
    options.onEvent({ type: "search", event }),
  ).run();
  const { confidence = defaultConfidence } = settings;
  const validation = {
    confidence,
    search,
    forecasts,
    ledger,
    onLook: stage("validation"),
    onRemoved: stage("second-search"),
  };
  // What a start left out may come back; what the user ablated may not.
  const back = { barred: settings.without ?? [], leftOut: learned?.without };
  const onDiscovery = { evaluator, anchors };
  const validated =
    confidence > 0
      ? await validateCircuit(evaluatorOn, prepared, onDiscovery, searched, { ...validation, ...back })
      : undefined;
  const result = validated ? { ...searched, kept: validated.kept } : searched;

  const nodes = await nodeFacts(evaluator, anchors, result, seed, stage("node-effects"));
  const discovery = await measureFigures(evaluator, anchors, result.kept, criterion, seed);
  const complementMetric = await evaluator.metric(result.kept.complement());
  const { edges, legal } =
    settings.connections === false || laid.records.length > 0
      ? { edges: [], legal: 0 }
      : await connections(prepared, result.kept, options, stage("connections"));
  stage("roles")(0, 1);
  const roles =
    settings.roles === false || laid.records.length > 0
      ? new Map<string, RoleFacts>()
      : await rolesOf(prepared, result.kept, edges);
  const choice = { random: settings.random ?? defaultRandom, parts: settings.parts ?? true };
  const judged = await judgeHeldOut(evaluatorOn, prepared, result.kept, choice, {
    heldOut: stage("held-out"),
    random: stage("random"),
    completeness: stage("completeness"),
    minimality: stage("minimality"),
  });
  const { alternatives: asked = 0 } = settings;
  const beside =
    asked === 0
      ? undefined
      : await alternativeCircuits(
          evaluatorOn,
          prepared,
          onDiscovery,
          { searched, kept: result.kept },
          { ...validation, asked, search, without: settings.without ?? [], onDone: stage("alternatives") },
        );
  const environment = environmentRecord(commandLine(command, settings, options.execution), options.execution, started);
  const circuit = circuitRecord({
    prepared,
    settings,
    search,
    result: searched,
    confidence,
    validated,
    alternatives: beside,
    forwardTokens: result.forwardTokens,
    nodes,
    roles,
    edges,
    legalEdges: legal,
    discovery,
    ...judged,
    complement: {
      metric: complementMetric,
      faithfulness: faithfulness(complementMetric, anchors.ends.full, anchors.ends.empty),
    },
    environment,
    start: learned?.start,
  });
  return { circuit, notes: prepared.notes };
}

/** A guided search asks for many forecasts; others for few, for which programs larger than all weights would be too much. */
function forecastRequest({ search, units }: PruneSettings, prepared: Prepared, signal?: AbortSignal): ForecastRequest {
  const programBytes = search === "guided" ? Infinity : usualProgramBytes;
  return { ...prepared, metric: prepared.task.metric, kinds: units, programBytes, signal };
}

/** They are measured again when a run goes on; the journal has them for whoever watches it from elsewhere. */
function noteAnchors(ledger: Ledger, { ends: { full, empty, accuracy } }: Anchors): void {
  if (!recallOf(ledger, "anchors")) ledger.record({ kind: "anchors", full, empty, accuracy });
}

/** More edges than this say little and take long; those of the largest estimates are measured. */
const mostEdges = 400;
/** Weights of edges need no more examples than this to be told apart. */
const edgeExamples = 32;

async function connections(
  prepared: Prepared,
  kept: UnitSet,
  { signal }: PruneOptions,
  onProgress: (done: number, total: number) => void,
): Promise<{ readonly edges: readonly CircuitEdge[]; readonly legal: number }> {
  const { executor, discovery, task, ablation } = prepared;
  return measureConnections(executor, discovery.slice(0, edgeExamples), kept, {
    metric: task.metric,
    ablation,
    maxEdges: mostEdges,
    signal,
    onProgress,
  });
}

async function rolesOf(
  { executor, discovery, task, seed, ablation }: Prepared,
  kept: UnitSet,
  edges: readonly CircuitEdge[],
): Promise<Map<string, RoleFacts>> {
  if (!kept.space.kinds.includes("head")) return new Map();
  const heads = kept.units("head").filter((unit): unit is Head => unit.kind === "head");
  const options = { metric: task.metric, rules: task.roles, edges, seed, circuit: { kept, ablation } };
  return headRoles(executor, discovery.slice(0, edgeExamples), heads, options);
}

/** A model that is never right on a task has no circuit for it, whatever its logit difference says. */
const leastAccuracy = 0.1;

function assertCapable({ criterion, model, task }: Prepared, { full, ends }: Anchors): void {
  if (criterion.second !== "accuracy" || criterion.name === "difference-only" || ends.accuracy >= leastAccuracy) return;
  const preferred = full.metric.filter((value) => value > 0).length / full.metric.length;
  throw new EngineError(
    "degenerate-task",
    say`${model.name} cannot do the task ${task.name}: the right token is its first choice in ${percent(ends.accuracy)} of ${full.metric.length} examples (the metric is positive in ${percent(preferred)}). Choose another model or task; "--criterion difference-only" prunes on the metric alone, which can find circuits that never give the answer.`,
    { accuracy: ends.accuracy },
  );
}

const percent = (share: number) => `${(100 * share).toFixed(0)} %`;

function searchOptions(settings: PruneSettings, prepared: Prepared, space: UnitSpace, signal?: AbortSignal) {
  const few = space.size <= fewUnits;
  const small = space.full().units().filter(isOfMany);
  const budget = settings.budget ?? (small.length > many ? Math.floor(defaultBudgetShare * small.length) : 0);
  const manyNeurons = small.filter(({ kind }) => kind === "neuron").length > many;
  const method = settings.search ?? (few ? "one-by-one" : "blocks");
  const isGuided = method === "guided";
  // A guided search needs no room on its way: what it misses comes back by tests, see `validateCircuit`.
  const leavesRoom = !isGuided && small.length === 0 && (settings.confidence ?? defaultConfidence) > 0;
  const options: SearchOptions = {
    criterion: prepared.criterion,
    aims: leavesRoom ? stricterThan(prepared.criterion) : [],
    order: settings.order ?? (isGuided ? "attribution" : "effect"),
    method,
    seed: prepared.seed,
    orders: settings.orders ?? (few ? 2 : 1),
    swaps: settings.swaps ?? (few ? 4 : 0),
    maxPasses: settings.maxPasses,
    keep: idsIn(space, settings.keep),
    without: idsIn(space, settings.without),
    budget: budget === 0 ? undefined : budget,
    // The guide estimates what it asks for itself.
    estimates: estimatesOf(prepared, space, { order: isGuided ? undefined : settings.order, manyNeurons }, signal),
  };
  return options;
}

/** @throws EngineError "usage" for an id that is no unit of the search */
function idsIn(space: UnitSpace, ids: readonly string[] | undefined): readonly string[] | undefined {
  const known = new Set(ids && space.full().units().map(formatUnit));
  const foreign = ids?.find((id) => !known.has(id));
  if (foreign === undefined) return ids;
  throw new EngineError(
    "usage",
    say`"${foreign}" is no unit that this search can remove; it has ${sayList(
      space.kinds.map((kind) => UNITS_SAID[kind]),
      ", ",
    )}.`,
  );
}

/** Of units that are ordered by estimates, so many have their effect measured, the strongest. */
const mostEstimatedEffects = 64;

/** Effect of each kept unit alone, with its interval. */
async function nodeFacts(
  evaluator: Evaluator,
  anchors: Anchors,
  { kept, estimates }: SearchResult,
  seed: number,
  onDone: (done: number, total: number) => void,
): Promise<Map<string, NodeFacts>> {
  const full = evaluator.space.full();
  const state = await evaluator.start(full);
  const facts = new Map<string, NodeFacts>();
  const estimated = kept.ids().filter((id) => estimates.has(id));
  for (const id of estimated) facts.set(id, { estimate: estimates.get(id)! });
  const strongest = estimated.sort((a, b) => Math.abs(estimates.get(b)!) - Math.abs(estimates.get(a)!));
  const measured = new Set(strongest.slice(0, mostEstimatedEffects));
  const units = kept.units().filter((unit) => !estimates.has(formatUnit(unit)) || measured.has(formatUnit(unit)));
  for (const [index, unit] of units.entries()) {
    const id = formatUnit(unit);
    const [values] = await evaluator.alternativeValues(state, [full.without([unit])]);
    const effects = values.map((value, e) => value - anchors.full.metric[e]);
    const effect = effects.reduce((sum, x) => sum + x, 0) / effects.length;
    facts.set(id, { ...facts.get(id), effect, interval: meanInterval(effects, seed, evaluator.prompts) });
    onDone(index + 1, units.length);
  }
  return facts;
}
