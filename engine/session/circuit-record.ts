// Assembles the record of a run: what the circuit file says, from what was measured.
import { say, type Sentence } from "../base/sentence.ts";
import { kindOf } from "../activations/ablation-kinds.ts";
import { arch, platform } from "node:os";
import { basename } from "node:path";
import { cores } from "../base/cores.ts";
import type { Execution } from "../choices/execution.ts";
import type { PruneSettings } from "../choices/prune.ts";
import type {
  Alternatives,
  Circuit,
  CircuitEdge,
  CircuitNode,
  CircuitResults,
  RecordedFigures,
} from "../circuit/circuit-schema.ts";
import { CIRCUIT_VERSION } from "../circuit/circuit-schema.ts";
import { keptOf } from "../circuit/kept.ts";
import { MODEL_UNITS, type SearchOrder } from "../choices/lists.ts";
import { formatUnit, UNIT_KINDS, type Unit } from "../circuit/unit.ts";
import type { UnitSet } from "../circuit/unit-set.ts";
import { fewSentence, type Interval, leastForInterval } from "../base/interval.ts";
import type { Completeness } from "../evaluate/completeness.ts";
import type { Minimality } from "../evaluate/minimality.ts";
import { describeCriterion, describeMissed, type Ends, missedHalf, type MissedHalf } from "../evaluate/faithfulness.ts";
import type { Figures, RandomBaseline } from "../evaluate/report.ts";
import { metricUnit } from "../metric/metric.ts";
import type { SearchOptions, SearchResult } from "../prune/unit-search.ts";
import type { Crossing } from "../prune/removal.ts";
import { runtimeVersion } from "../runtime/ort.ts";
import { cleanPrompts } from "../task/clean-prompts.ts";
import type { Example } from "../task/example.ts";
import type { ErrorShare } from "./judge.ts";
import { type Prepared } from "./prepare.ts";
import { pathOf } from "./recorded-model.ts";
import type { Validated } from "./validate-circuit.ts";
import { version } from "./version.ts";

export interface NodeFacts {
  readonly effect?: number;
  readonly interval?: Interval;
  /** Of the effect, by attribution patching. */
  readonly estimate?: number;
}

export interface RoleFacts {
  readonly name: string;
  readonly score: number;
  readonly evidence: Readonly<Record<string, number>>;
}

export interface RunFacts {
  readonly prepared: Prepared;
  readonly settings: PruneSettings;
  readonly search: SearchOptions;
  /** As the search ended; what validation made of it stands beside it. */
  readonly result: SearchResult;
  /** That was asked for. */
  readonly confidence: number;
  readonly validated: Validated | undefined;
  readonly alternatives: Alternatives | undefined;
  readonly forwardTokens: number;
  readonly nodes: ReadonlyMap<string, NodeFacts>;
  readonly roles: ReadonlyMap<string, RoleFacts>;
  readonly edges: readonly CircuitEdge[];
  /** Connections that there are among the kept units, measured or not. */
  readonly legalEdges: number;
  readonly discovery: Figures;
  readonly heldOut: Figures | undefined;
  readonly random: RandomBaseline | undefined;
  readonly completeness: Completeness | undefined;
  readonly minimality: Minimality | undefined;
  readonly errors: ErrorShare | undefined;
  readonly complement: { readonly metric: number; readonly faithfulness: number };
  readonly environment: NonNullable<Circuit["environment"]>;
  readonly start: Circuit["search"]["start"];
}

export function circuitRecord(facts: RunFacts): Circuit {
  const { prepared, search, result, confidence, validated } = facts;
  const { criterion } = prepared;
  const { space } = result.kept;
  const { kept, trajectory } = validated ?? result;
  const isPutBack = !kept.equals(result.kept);
  const { passes, trials, reAdded, oneMinimal, verified, sizes, crossing } = result;
  const missed = crossing && missedHalf(criterion, crossing.faithfulness, crossing.second, endsOf(facts.discovery));
  const kinds = prepared.laid.records.length > 0 ? UNIT_KINDS : MODEL_UNITS;
  const present = kinds.filter((kind) => !space.kinds.includes(kind) && !impliedBy(kind, space.kinds));
  return {
    format: "secateur.circuit",
    version: CIRCUIT_VERSION,
    model: modelRecord(prepared),
    task: taskRecord(prepared),
    search: {
      algorithm:
        search.method === "blocks" ? "greedy removal by exact tests, in blocks first" : "greedy removal by exact tests",
      units: [...space.kinds],
      alwaysKept: ["embedding", ...present, "bias", "norm"],
      order: describeOrder(search),
      threshold: criterion.threshold,
      criterion: criterion.name,
      confidence,
      ...(search.aims?.length && search.budget === undefined && { aims: [...search.aims] }),
      seed: search.seed,
      passes,
      trials,
      reAdded,
      ...(search.keep?.length && { keep: [...search.keep] }),
      ...(facts.start && { start: facts.start }),
      ...(search.without?.length && { without: [...search.without] }),
      ...askedOf(facts.settings),
      oneMinimal: oneMinimal && !isPutBack,
      ...(validated && { validation: validated.record }),
      ...(search.budget !== undefined && { budget: search.budget, verified: { ...verified } }),
      forwardTokens: facts.forwardTokens,
      stoppedBecause: stoppedBecause(result, search, missed) + validationWords(result.kept, validated),
      sizes: [...sizes],
      ...(crossing && { crossing: crossingRecord(crossing, missed) }),
      trajectory: trajectory.map((step) => ({ ...step })),
    },
    kept: keptOf(kept),
    nodes: nodeRecords(kept, facts),
    edges: facts.edges,
    results: {
      discovery: figuresRecord(facts.discovery),
      ...(validated && { validation: figuresRecord(validated.figures) }),
      ...(facts.heldOut && { heldOut: figuresRecord(facts.heldOut) }),
      ...baselinesRecord(facts),
      complement: facts.complement,
      ...(facts.alternatives && { alternatives: facts.alternatives }),
      notes: [...validationNotes(facts), ...resultNotes(facts, result.oneMinimal), ...connectionNotes(facts)],
    },
    environment: facts.environment,
  };
}

const HOW_BACK = {
  tests: ", one at a time by exact tests",
  "second-search": ", by a second search on fresh examples",
  "way-back": "",
} as const;

/** What validation did to the circuit that the search ended at. */
export function validationWords(end: UnitSet, validated: Pick<Validated, "kept" | "record"> | undefined): string {
  const [back, gone] = validated ? [validated.kept.minus(end).size, end.minus(validated.kept).size] : [0, 0];
  if (back + gone === 0) return "";
  const { putBack = "way-back" } = validated!.record;
  const did = [
    back > 0 && `${back} removed ${back === 1 ? "unit was" : "units were"} put back`,
    gone > 0 && `${gone} more ${gone === 1 ? "was" : "were"} taken away`,
  ];
  return `; then ${did.filter(Boolean).join(" and ")}${HOW_BACK[putBack]}, so that the criterion holds on validation examples too`;
}

/** What of the settings no other field says. */
function askedOf(settings: PruneSettings): Pick<Circuit["search"], "asked"> {
  const { search, order, orders, swaps, maxPasses, random, alternatives, parts, roles, connections, examples } =
    settings;
  const { validation } = examples ?? {};
  const all = { search, order, orders, swaps, maxPasses, validation, random, alternatives, parts, roles, connections };
  const asked = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
  return Object.keys(asked).length > 0 ? { asked } : {};
}

export function modelRecord({ model, laid: { records } }: Prepared): Circuit["model"] {
  const { config } = model;
  const path = pathOf(model);
  const { nLayers, nHeads, nKeyValueHeads, dModel, dHead, dMlp, dVocab } = config;
  return {
    name: model.name,
    architecture: config.architecture,
    source: basename(model.source),
    ...(path !== undefined && { path }),
    sha256: model.sha256,
    nLayers,
    nHeads,
    nKeyValueHeads,
    dModel,
    dHead,
    dMlp,
    dVocab,
    precision: model.precision,
    ...(config.parallelBlocks && { parallelBlocks: true }),
    ...(records.length > 0 && { dictionaries: [...records] }),
  };
}

export function taskRecord({
  task,
  seed,
  ablation,
  discovery,
  heldOut,
  validation,
  corruption,
  bos,
}: Prepared): Circuit["task"] {
  return {
    name: task.name,
    file: basename(task.file),
    sha256: task.sha256,
    seed,
    metric: task.metric,
    ablation: { kind: ablation.kind, reference: kindOf(ablation).origin(ablation, discovery.length) },
    ...(corruption !== undefined && { corruption }),
    bos,
    examples: { discovery: discovery.length, heldOut: heldOut.length, validation: validation.length },
  };
}

export function environmentRecord(
  command: string,
  execution: Execution | undefined,
  started: Date,
): NonNullable<Circuit["environment"]> {
  return {
    secateur: version,
    node: `${process.version} ${platform()} ${arch()}`,
    onnxruntime: runtimeVersion,
    provider: execution?.device ?? "cpu",
    threads: execution?.threads ?? cores(),
    command,
    startedAt: started.toISOString(),
    seconds: Math.round((Date.now() - started.getTime()) / 100) / 10,
  };
}

export function figuresRecord({ interval, prompts, ...figures }: Figures): RecordedFigures {
  return {
    ...figures,
    ...(prompts < figures.examples && { prompts }),
    ...(interval && { interval: [...interval] }),
  };
}

/** What a circuit was held against, where it was. */
export function baselinesRecord({
  random,
  completeness,
  minimality,
  errors,
}: Pick<RunFacts, "random" | "completeness" | "minimality" | "errors">): Partial<CircuitResults> {
  return {
    ...(errors && { errors }),
    ...(random && { random }),
    ...(completeness && { completeness }),
    ...(minimality && { minimality }),
  };
}

/** A searched MLP or its searched neurons speak for each other: neither is then "always kept". */
function impliedBy(kind: Unit["kind"], searched: readonly Unit["kind"][]): boolean {
  return (
    (kind === "neuron" && searched.includes("mlp")) ||
    (kind === "mlp" && searched.includes("neuron")) ||
    kind === "neuron"
  );
}

function describeOrder({ order, orders, seed, estimates }: SearchOptions): string {
  const first = FIRST_ORDERS[order](
    estimates
      ? "single effect (of hidden neurons that are many, of features and of errors: its estimate by attribution patching)"
      : "single effect",
  );
  return orders === 1 ? first : `${first}; best of ${orders} orders, the others shaken with seed ${seed}`;
}

const FIRST_ORDERS: Readonly<Record<SearchOrder, (effect: string) => string>> = {
  effect: (effect) => `ascending ${effect}`,
  layerwise: (effect) => `last layer first, ascending ${effect} within a layer`,
  attribution: () => "ascending single effect as attribution patching estimates it",
  "integrated-gradients": () =>
    "ascending single effect as integrated gradients estimate it (of features and errors: attribution patching)",
};

/** The model's own figures, as they were measured on these examples. */
function endsOf({ full, empty, accuracy, klEmpty }: Figures): Ends {
  return { full, empty, accuracy: accuracy.full, klEmpty };
}

function crossingRecord(
  { unit, faithfulness, second }: Crossing,
  missed: MissedHalf | undefined,
): Circuit["search"]["crossing"] {
  const measured = missed && missed.half !== "faithfulness" && second !== null ? { [missed.half]: second } : {};
  return { removed: [unit], faithfulness, ...measured, ...(missed && { missed }) };
}

function stoppedBecause(
  result: SearchResult,
  { criterion, maxPasses, budget }: SearchOptions,
  missed: MissedHalf | undefined,
): string {
  const { oneMinimal, crossing, kept, passes, trials, verified } = result;
  const isPassLimit = maxPasses !== undefined && passes >= maxPasses;
  if (!oneMinimal && budget !== undefined && !isPassLimit) {
    const end =
      trials >= budget
        ? `the budget of ${budget} trials was used up`
        : `smaller blocks would have taken more than the budget of ${budget} trials, of which ${trials} were made`;
    return (
      `${end}; of the ${kept.size} kept units ${percent(verified.single)} were tested one by one and ` +
      `${percent(verified.inBlocks)} in blocks of at most ${verified.largestBlock} on the final circuit, and could not ` +
      `go; 1-minimality was not verified`
    );
  }
  if (!oneMinimal) return `stopped after ${maxPasses} passes, as asked; 1-minimality was not verified`;
  const proof = `no single one of the ${kept.size} kept units can go while ${describeCriterion(criterion)} holds`;
  if (!crossing) return proof;
  const f = `f ${crossing.faithfulness.toFixed(4)}`;
  const why = !missed
    ? f
    : missed.half === "faithfulness"
      ? describeMissed(missed)
      : `${describeMissed(missed)} (${f})`;
  return `${proof}; the closest is ${crossing.unit}: without it ${why}`;
}

const percent = (share: number) => `${(100 * share).toFixed(0)} %`;

function nodeRecords(kept: UnitSet, facts: RunFacts): CircuitNode[] {
  const units = kept.units().filter((unit) => unit.kind !== "neuron" || kept.has({ kind: "mlp", layer: unit.layer }));
  const listed = units.map((unit): CircuitNode => {
    const id = formatUnit(unit);
    const measured = facts.nodes.get(id);
    const role = facts.roles.get(id);
    return {
      id,
      kind: unit.kind,
      layer: unit.layer,
      ...(unit.kind === "head" && { head: unit.head }),
      ...(unit.kind === "neuron" && { neuron: unit.neuron }),
      ...(unit.kind === "feature" && { feature: unit.feature }),
      ...(measured?.effect !== undefined && { effect: measured.effect }),
      ...(measured?.interval && { effectInterval: [...measured.interval] as const }),
      ...(measured?.estimate !== undefined && { estimate: measured.estimate }),
      ...(role && { role }),
    };
  });
  const named = new Set(listed.map(({ id }) => id));
  const ends = new Set(facts.edges.flatMap(({ source, target }) => [source, target]));
  const bystanders = [...ends].filter((id) => /^m\d+$/.test(id) && !named.has(id));
  return [
    { id: "input", kind: "input" },
    ...listed,
    ...bystanders.map((id): CircuitNode => ({ id, kind: "mlp", layer: Number(id.slice(1)) })),
    { id: "logits", kind: "logits" },
  ];
}

type Note = NonNullable<NonNullable<Circuit["results"]>["notes"]>[number];

/** What a reader must know of how far the search was let go. */
function validationNotes({ confidence, validated, prepared }: RunFacts): Note[] {
  if (confidence === 0) return [];
  if (!validated) {
    const { length } = prepared.validation;
    const isFew = cleanPrompts(prepared.validation).length < leastForInterval;
    const { text } = isFew
      ? say`There are ${length} validation examples, too few to say how far the search may go, so it stopped where the criterion would break on the discovery examples. Ask for fewer discovery or held-out examples, or add some to the task.`
      : say`On the ${length} validation examples the model and the empty circuit differ too little for f to mean anything, so the search stopped where the criterion would break on the discovery examples. Ask for more of them (--validation), or choose another corruption.`;
    return [{ code: "not-validated", text }];
  }
  return validated.record.reached ? [] : [{ code: "confidence-not-reached", text: validated.record.statement }];
}

/** A model that is right less often than this cannot be said to do the task. */
const weakAccuracy = 0.5;

/** Of held-out examples on which f means nothing. */
export const unjudged = (examples: number): Sentence =>
  say`On the ${examples} held-out examples the model and the empty circuit differ too little for f to mean anything, so no figures were measured there. Ask for more of them (--held-out), or choose another corruption.`;

/** A sentence for each half of the examples that has too few for its intervals to be trusted. */
export function fewNotes(halves: { readonly [Part in Example["split"]]?: readonly Example[] }): Sentence[] {
  const parts = [
    [halves.discovery, say`discovery examples`],
    [halves.validation, say`validation examples`],
    [halves.heldOut, say`held-out examples`],
  ] as const;
  return parts.flatMap(([examples = [], what]) => fewPrompts(examples.length, cleanPrompts(examples).length, what));
}

/** Of as many different clean prompts; none where there are no examples. */
export function fewPrompts(examples: number, prompts: number, what: Sentence): Sentence[] {
  if (examples === 0) return [];
  const sentence = fewSentence(prompts, prompts < examples ? say`different prompts of the ${what}` : what);
  return sentence ? [sentence] : [];
}

function connectionNotes({ edges, legalEdges }: Pick<RunFacts, "edges" | "legalEdges">): Note[] {
  if (edges.length === 0 || edges.length >= legalEdges) return [];
  const { text } =
    say`${edges.length} of the ${legalEdges} connections among what is kept were measured: those of the largest estimates by edge attribution, among searched units first.`;
  return [{ code: "connections-left-out", text }];
}

/** What a reader of the figures must know; `oneMinimal` is undefined where the circuit was not searched for here. */
export function resultNotes(
  { discovery, heldOut, random, prepared }: Pick<RunFacts, "discovery" | "heldOut" | "random" | "prepared">,
  oneMinimal: boolean | undefined,
): Note[] {
  const judged = heldOut ?? discovery;
  const where = heldOut ? say`held-out` : say`discovery`;
  const unit = metricUnit[prepared.task.metric];
  const found: Note[] = [];
  if (judged.faithfulness > 1) {
    const { text } =
      say`f = ${judged.faithfulness.toFixed(3)} on the ${where} examples: the circuit overshoots the model (${judged.circuit.toFixed(3)} against ${judged.full.toFixed(3)} ${unit}).`;
    found.push({ code: "over-recovery", text });
  }
  if (heldOut && !heldOut.criterionHolds) {
    const { text } =
      say`The held-out figures miss the criterion (${describeCriterion(prepared.criterion)}): f ${heldOut.faithfulness.toFixed(3)}, accuracy ${heldOut.accuracy.circuit.toFixed(3)} against the model's ${heldOut.accuracy.full.toFixed(3)}, KL ${heldOut.kl.toFixed(3)} nats. More discovery examples make a circuit that generalises.`;
    found.push({ code: "held-out-misses-criterion", text });
  }
  if (!heldOut && prepared.heldOut.length > 0) {
    found.push({ code: "held-out-not-judged", text: unjudged(prepared.heldOut.length).text });
  }
  if (prepared.criterion.second === "accuracy" && judged.accuracy.full < weakAccuracy) {
    const { text } =
      say`The model itself is right in only ${(100 * judged.accuracy.full).toFixed(0)} % of the ${where} examples.`;
    found.push({ code: "weak-task", text });
  }
  const best = random?.quantiles["0.95"];
  if (best !== undefined && Math.abs(1 - best) <= Math.abs(1 - judged.faithfulness)) {
    const { text } = say`One in twenty random circuits of this size per layer is as faithful (f ≥ ${best.toFixed(3)}).`;
    found.push({ code: "random-as-good", text });
  }
  const few = fewNotes(prepared);
  if (few.length > 0) found.push({ code: "few-examples", text: few.join(" ") });
  if (oneMinimal === false) {
    found.push({
      code: "unverified",
      text: say`The search stopped before a whole pass removed nothing; single units may still go.`.text,
    });
  }
  return found;
}
