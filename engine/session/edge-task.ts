// Circuits of edges on a task: edges ordered by attribution, measured exactly at MIB's sizes, and pruned one by one.
import { type Note, say } from "../base/sentence.ts";
import type { EdgeSettings } from "../choices/edges.ts";
import type { Execution } from "../choices/execution.ts";
import { formatEdge } from "../circuit/edge.ts";
import { topologyOf } from "../circuit/topology.ts";
import type { UnitSet } from "../circuit/unit-set.ts";
import { EngineError } from "../base/errors.ts";
import type { Interval } from "../base/interval.ts";
import type { Criterion } from "../evaluate/faithfulness.ts";
import { type Areas, areasUnder, type CurvePoint, FRACTIONS } from "../evaluate/size-curve.ts";
import { constantsMemory, type Ledger, recallOf } from "../prune/journal.ts";
import { type EdgeSearchResult, pruneEdges } from "../prune/edge-search.ts";
import { SCORED_SITES } from "../score/gradient-runs.ts";
import type { EdgeScore } from "../score/edge-attribution.ts";
import { edgeScores } from "../score/edge-methods.ts";
import { connectedEdges, rankedEdges } from "../score/edge-ranking.ts";
import { sureScores } from "../score/sure-scores.ts";
import { wholeCircuit } from "../score/whole-circuit.ts";
import { type EdgeGraph, readEdgeGraph, unitsIn } from "./circuit-source.ts";
import { fewNotes, unjudged } from "./circuit-record.ts";
import { EdgeSplit } from "./edge-split.ts";
import { withTask, type Prepared } from "./prepare.ts";
import { identityOf, type JournalOptions, withLedger } from "./run-journal.ts";
import { readAside } from "./read-aside.ts";

export type EdgeChoice = Omit<EdgeSettings, "signs" | "selection"> & {
  readonly signs?: EdgeSettings["signs"];
  readonly selection?: EdgeSettings["selection"];
};

export interface EdgeCurvePoint extends CurvePoint {
  /** Edges on a way from input to logits among those that the order gives. */
  readonly edges: number;
  /** Whether the task's criterion holds, both halves. */
  readonly holds: boolean;
  /** f on the held-out examples. */
  readonly heldOut: number | undefined;
}

export interface EdgeCircuitFound extends EdgeSearchResult<EdgeScore> {
  /** How many edges the pruning began with. */
  readonly from: number;
  readonly faithfulness: number;
  readonly heldOut:
    { readonly faithfulness: number; readonly interval: Interval | undefined; readonly holds: boolean } | undefined;
}

/** A circuit of edges that was given, not found. */
export interface GivenEdges {
  readonly edges: readonly EdgeScore[];
  /** How many of them lie on a way from the input to the logits; only these are measured. */
  readonly connected: number;
  readonly faithfulness: number;
  readonly interval: Interval | undefined;
  readonly holds: boolean;
  readonly heldOut: EdgeCircuitFound["heldOut"];
}

export interface EdgeOutcome {
  /** Every edge of the model. */
  readonly scores: readonly EdgeScore[];
  readonly config: Prepared["model"]["config"];
  /** The circuit of the graph that was given. */
  readonly given: GivenEdges | undefined;
  readonly total: number;
  readonly curve: readonly EdgeCurvePoint[];
  /** On the discovery examples. */
  readonly areas: Areas;
  /** Of the smallest circuit of the curve for which the criterion holds. */
  readonly smallest: readonly EdgeScore[] | undefined;
  readonly circuit: EdgeCircuitFound | undefined;
  readonly examples: { readonly discovery: number; readonly heldOut: number };
  readonly notes: readonly Note[];
}

export interface EdgeHooks extends JournalOptions {
  readonly execution?: Execution;
  readonly signal?: AbortSignal;
  readonly onProgress?: (stage: "scores" | "curve" | "pruning", done: number, total: number) => void;
}

/** @throws EngineError as `withTask`; "cancelled" */
export async function edgeTask(settings: EdgeChoice, hooks: EdgeHooks = {}): Promise<EdgeOutcome> {
  return withTask(settings, hooks, async (prepared) => {
    return await withLedger("edges", settings, identityOf(prepared), hooks, (ledger) =>
      measured(settings, prepared, ledger, hooks),
    );
  });
}

async function measured(
  settings: EdgeChoice,
  prepared: Prepared,
  ledger: Ledger,
  hooks: EdgeHooks,
): Promise<EdgeOutcome> {
  const { model, discovery, heldOut } = prepared;
  prepared.constants?.within({ memory: constantsMemory(ledger) });
  // Before the ledger is asked for scores, so that a run that goes on finds them where the first one wrote them.
  for (const site of SCORED_SITES) await prepared.constants?.at(site);
  const splits: EdgeSplit[] = [];
  try {
    const graph = graphOf(settings, model);
    const among =
      settings.among === undefined
        ? undefined
        : unitsIn(await readAside("circuit or graph", settings.among, hooks.signal), model);
    const scores = graph?.scores ?? (await scored(settings, prepared, ledger, hooks));
    const found = await EdgeSplit.over(prepared, discovery);
    splits.push(found);
    const unseen = heldOut.length > 0 ? await EdgeSplit.separatedOver(prepared, heldOut) : undefined;
    const judged = unseen ? heldOut : [];
    if (unseen) splits.push(unseen);
    const selection = selectionOf(settings, scores, among);
    const curve = await curveOf(selection.first, found, unseen, prepared, hooks);
    const start = curve.find(({ holds }) => holds);
    const smallest = start && (await selection.first(start.fraction));
    const given = graph && (await measuredGiven(graph, found, unseen, prepared));
    const begin = among ? edgesAmong(among, scores) : smallest;
    const circuit =
      settings.prune && begin ? await pruned(begin, found, unseen, settings, prepared, ledger, hooks) : undefined;
    return {
      scores,
      config: model.config,
      given,
      total: scores.length,
      curve,
      areas: areasUnder(curve),
      smallest,
      circuit,
      examples: { discovery: discovery.length, heldOut: judged.length },
      notes: [
        ...prepared.notes,
        ...selection.notes,
        ...(judged.length < heldOut.length ? [unjudged(heldOut.length)] : []),
        ...(graph?.passedOver ?? []).map((note) => say`${settings.graph!}: ${note}`),
        ...(given || circuit ? fewNotes({ discovery: given && discovery, heldOut: judged }) : []),
      ],
    };
  } finally {
    for (const side of splits) await side.circuits.dispose();
  }
}

function graphOf({ graph, signs }: EdgeChoice, model: Prepared["model"]): EdgeGraph | undefined {
  return graph === undefined ? undefined : readEdgeGraph({ file: graph, sign: signs ?? "helpful-positive" }, model);
}

/** What they gave is in the journal: on a real model they take minutes. */
async function scored(
  { method, steps, selection }: EdgeChoice,
  { executor, discovery, model, task, ablation, seed }: Prepared,
  ledger: Ledger,
  { signal, onProgress }: EdgeHooks,
): Promise<readonly EdgeScore[]> {
  const entry = recallOf(ledger, "estimates");
  if (entry) {
    return topologyOf(model.config).edges.map((edge, i) => ({ ...edge, score: entry.values[i] }));
  }
  const request = { method, steps, metric: task.metric, ablation, signal };
  const scores =
    selection === "ilp"
      ? await sureScores(executor, discovery, request, {
          seed,
          onProgress: (done, total) => onProgress?.("scores", done, total),
        })
      : await edgeScores(executor, discovery, {
          ...request,
          onProgress: (done, total) => onProgress?.("scores", done, total),
        });
  ledger.record({ kind: "estimates", units: scores.map(formatEdge), values: scores.map(({ score }) => score) });
  return scores;
}

async function measuredGiven(
  { scores, kept }: EdgeGraph,
  found: EdgeSplit,
  unseen: EdgeSplit | undefined,
  { criterion, seed }: Prepared,
): Promise<GivenEdges> {
  const edges = scores.filter((edge) => kept.has(formatEdge(edge)));
  const connected = connectedEdges(edges);
  const table = found.table(connected);
  const measured = await found.measure(table);
  return {
    edges,
    connected: connected.length,
    faithfulness: measured.faithfulness,
    interval: measured.interval(seed),
    holds: await measured.holds(criterion),
    heldOut: await unseenFigures(unseen, table, criterion, seed),
  };
}

/** As MIB counts: never more edges than the share allows. */
export const edgesInShare = (fraction: number, total: number): number => Math.floor(fraction * total);

/** Circuits of a share of the model's edges, and what should be known of them. */
interface Selection {
  readonly first: (fraction: number) => Promise<readonly EdgeScore[]>;
  readonly notes: Note[];
}

/** @param among nodes to whose edges an integer programme is held */
function selectionOf(
  { order, selection }: EdgeChoice,
  scores: readonly EdgeScore[],
  among: UnitSet | undefined,
): Selection {
  const sizeOf = (fraction: number) => edgesInShare(fraction, scores.length);
  const notes: Note[] = [];
  if (selection !== "ilp") {
    const ranked = rankedEdges(scores, order, selection);
    return { first: (fraction) => Promise.resolve(connectedEdges(ranked.slice(0, sizeOf(fraction)))), notes };
  }
  const candidates = among ? edgesAmong(among, scores) : scores;
  const solved = new Map<number, readonly EdgeScore[]>();
  return {
    notes,
    first: async (fraction) => {
      const size = sizeOf(fraction);
      const known = solved.get(size);
      if (known) return known;
      if (size === 0) return [];
      const { edges, isBest } = await wholeCircuit(candidates, size, order);
      if (!isBest)
        notes.push(say`The circuit of at most ${size} edges is the best that was found in the time, not proved.`);
      solved.set(size, edges);
      return edges;
    },
  };
}

async function curveOf(
  first: Selection["first"],
  found: EdgeSplit,
  unseen: EdgeSplit | undefined,
  { criterion }: Prepared,
  { signal, onProgress }: EdgeHooks,
): Promise<EdgeCurvePoint[]> {
  const curve: EdgeCurvePoint[] = [];
  let smaller: readonly EdgeScore[] | undefined;
  for (const fraction of FRACTIONS) {
    if (signal?.aborted) throw new EngineError("cancelled", say`Stopped on request.`);
    const edges = await first(fraction);
    const isLarger = !smaller || !sameEdges(edges, smaller);
    curve.push({ ...(isLarger ? await pointOf(edges, found, unseen, criterion) : curve.at(-1)!), fraction });
    smaller = edges;
    onProgress?.("curve", curve.length, FRACTIONS.length);
  }
  return curve;
}

/** Among a circuit's nodes there are no more edges from some size on. */
function sameEdges(a: readonly EdgeScore[], b: readonly EdgeScore[]): boolean {
  const names = new Set(a.map(formatEdge));
  return a.length === b.length && b.every((edge) => names.has(formatEdge(edge)));
}

async function pointOf(
  edges: readonly EdgeScore[],
  found: EdgeSplit,
  unseen: EdgeSplit | undefined,
  criterion: Criterion,
): Promise<Omit<EdgeCurvePoint, "fraction">> {
  const table = found.table(edges);
  const measured = await found.measure(table);
  const holds = await measured.holds(criterion);
  const heldOut = (await unseen?.measure(table))?.faithfulness;
  return { edges: edges.length, faithfulness: measured.faithfulness, holds, heldOut };
}

/** Those that connect input to logits through the circuit's nodes. */
function edgesAmong(kept: UnitSet, scores: readonly EdgeScore[]): EdgeScore[] {
  const has = (node: EdgeScore["source"]) => node.kind === "input" || node.kind === "logits" || kept.has(node);
  return connectedEdges(scores.filter(({ source, target }) => has(source) && has(target)));
}

/** Undefined where the criterion does not hold for the edges that it would begin with. */
async function pruned(
  edges: readonly EdgeScore[],
  found: EdgeSplit,
  unseen: EdgeSplit | undefined,
  { budget }: EdgeChoice,
  { criterion, seed }: Prepared,
  ledger: Ledger,
  { signal, onProgress }: EdgeHooks,
): Promise<EdgeCircuitFound | undefined> {
  const measure = async (kept: readonly EdgeScore[]) => {
    const measured = await found.measure(found.table(kept));
    return { faithfulness: measured.faithfulness, holds: await measured.holds(criterion) };
  };
  const { holds, faithfulness } = await measure(edges);
  if (!holds) return undefined;
  const result = await pruneEdges(
    { edges, faithfulness },
    {
      budget,
      ledger,
      signal,
      strength: ({ score }) => Math.abs(score),
      measure,
      onTrial: ({ done, total }) => onProgress?.("pruning", done, total),
    },
  );
  return {
    ...result,
    from: edges.length,
    faithfulness: result.trajectory.at(-1)!.faithfulness,
    heldOut: await unseenFigures(unseen, found.table(result.edges), criterion, seed),
  };
}

async function unseenFigures(
  unseen: EdgeSplit | undefined,
  table: Uint8Array,
  criterion: Prepared["criterion"],
  seed: number,
): Promise<EdgeCircuitFound["heldOut"]> {
  const measured = await unseen?.measure(table);
  if (!measured) return undefined;
  const { faithfulness } = measured;
  return { faithfulness, interval: measured.interval(seed), holds: await measured.holds(criterion) };
}
