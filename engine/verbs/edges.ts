// The verb "edges": circuits of edges by one method's order, each run exactly, and the smallest faithful one pruned.
import { type Edge, formatEdge } from "../circuit/edge.ts";
import { topologyOf } from "../circuit/topology.ts";
import type { EdgeCurve, EdgesMeasured } from "../contract/edges.ts";
import { type EdgeOutcome, edgeTask } from "../session/edge-task.ts";
import { taskName } from "./task-name.ts";
import type { Table } from "../choices/result-table.ts";
import { stage, type Verb } from "./verb.ts";

/** Scores of edges by cutting each of them take the whole of the time. */
const SCORE_SHARES: Readonly<Record<string, number>> = { exact: 40, "integrated-gradients": 1 };

export const edges: Verb<"edges"> = {
  name: "edges",
  version: 1,
  says: "Measures the faithfulness of the best edges by size, with CPR and CMD as in MIB; with --prune it removes edges one by one.",
  examples: ["tasks/ioi.yaml --method integrated-gradients --prune"],
  about: ({ task, model }, result) => ({
    task: taskName(task),
    model,
    n: result && (result.examples.heldOut || result.examples.discovery),
  }),
  stages: ({ method, prune }) => [
    stage("scores", SCORE_SHARES[method] ?? 0.5),
    stage("curve", 1),
    ...(prune ? [stage("pruning", 20)] : []),
  ],
  run: async (settings, { execution, signal, report, note, ledger }) => {
    const began = performance.now();
    const { file, goOn } = ledger;
    const outcome = await edgeTask(settings, {
      execution,
      signal,
      // Only what is pruned takes long enough to be gone on with.
      journal: settings.prune ? file : undefined,
      resume: goOn ? "if-same" : false,
      onNote: note,
      onProgress: report,
    });
    const { nLayers, nHeads, parallelBlocks, dModel } = outcome.config;
    return {
      model: { nLayers, nHeads, parallelBlocks, dModel },
      examples: outcome.examples,
      curve: curveOf(settings.method, outcome, (performance.now() - began) / 1000),
      notes: outcome.notes,
    };
  },
  headline: ({ curve: { smallest, pruned, points, scores } }) => {
    const at = points.find(({ holds }) => holds);
    const found = pruned ?? at;
    const heldOut = pruned ? pruned.heldOut?.faithfulness : at?.heldOut;
    const kept = pruned?.edges.length ?? smallest?.length ?? scores.length;
    return {
      code: "edges",
      values: { kept, edges: scores.length, f: heldOut ?? found?.faithfulness ?? NaN },
      split: heldOut === undefined ? "discovery" : "heldOut",
    };
  },
  tables: (result) => [curveTable(result), edgeTable(result)],
  resumes: ({ prune }) => prune,
};

function curveOf(method: EdgeCurve["method"], outcome: EdgeOutcome, seconds: number): EdgeCurve {
  const { config, curve, areas, smallest, circuit } = outcome;
  const names = topologyOf(config).edges.map(formatEdge);
  const scores = new Map(outcome.scores.map((edge) => [formatEdge(edge), edge.score]));
  const places = new Map(names.map((name, place) => [name, place]));
  const placesOf = (edges: readonly Edge[]) => edges.map((edge) => places.get(formatEdge(edge))!);
  return {
    method,
    scores: Float64Array.from(names, (name) => scores.get(name)!),
    points: curve.map(({ fraction, edges, faithfulness, heldOut, holds }) => ({
      fraction,
      edges,
      faithfulness,
      heldOut,
      holds,
    })),
    areas,
    smallest: smallest && placesOf(smallest),
    pruned: circuit && {
      edges: placesOf(circuit.edges),
      from: circuit.from,
      trials: circuit.trials,
      faithfulness: circuit.faithfulness,
      tested: circuit.tested,
      heldOut: circuit.heldOut,
    },
    seconds,
  };
}

function curveTable({ curve: { points } }: EdgesMeasured): Table {
  return {
    title: "circuits by size, each run exactly",
    columns: ["share", "edges", "f", "f held out", "criterion"],
    rows: points.map(({ fraction, edges: n, faithfulness, heldOut, holds }) => [
      fraction,
      n,
      faithfulness,
      heldOut,
      holds ? "yes" : "no",
    ]),
  };
}

function edgeTable({ model, curve: { scores, pruned, smallest } }: EdgesMeasured): Table {
  const names = topologyOf(model).edges.map(formatEdge);
  const kept = [...(pruned?.edges ?? smallest ?? [])].sort((a, b) => Math.abs(scores[b]) - Math.abs(scores[a]));
  return {
    title: pruned ? "edges that pruning keeps" : "edges of the smallest circuit for which the criterion holds",
    columns: ["edge", "score"],
    rows: kept.map((place) => [names[place], scores[place]]),
  };
}
