// Circuits of edges for the workbench: one request at a time, watched, stopped, a pruning gone on with.
import type { Execution } from "../choices/execution.ts";
import type { EdgeMethod } from "../choices/lists.ts";
import { basename } from "node:path";
import { type Edge, formatEdge } from "../circuit/edge.ts";
import { topologyOf } from "../circuit/topology.ts";
import type { EdgeCurve, EdgesMeasured, EdgesRequest } from "../contract.ts";
import { type EdgeOutcome, edgeTask } from "../session/edge-task.ts";
import { besideJournalPath } from "../session/run-store.ts";
import { loadTask } from "../task/load.ts";
import type { EventLog } from "./event-log.ts";
import { OneAtATime } from "./one-at-a-time.ts";
import { WorkQueue } from "./work-queue.ts";

/** Points of integrated gradients. */
const steps = 5;

export class EdgeMeasurer {
  private readonly work: OneAtATime;

  constructor(
    private readonly log: EventLog,
    private readonly execution: Execution,
    queue = new WorkQueue(),
  ) {
    this.work = new OneAtATime("Other edges are being measured; stop them or wait.", queue);
  }

  /** @throws EngineError "usage" while others are being measured, else as `edgeTask` */
  measure(request: EdgesRequest): Promise<EdgesMeasured> {
    return this.work.run(async (signal) => {
      const { method, prune } = request;
      const began = performance.now();
      const outcome = await edgeTask(
        { ...request, steps },
        {
          execution: this.execution,
          signal,
          journal: prune ? journalOf(request) : undefined,
          resume: "if-same",
          onProgress: (stage, done, total) => this.log.add({ type: "edges", method, stage, done, total }),
        },
      );
      const { nLayers, nHeads, parallelBlocks, dModel } = outcome.config;
      return {
        model: { nLayers, nHeads, parallelBlocks, dModel },
        examples: outcome.examples,
        curve: curveOf(method, outcome, (performance.now() - began) / 1000),
        notes: outcome.notes,
      };
    });
  }

  stop(): void {
    this.work.stop();
  }
}

/** One for each method on each task and model: the last pruning is the one that is gone on with. */
function journalOf({ task, model, method }: EdgesRequest): string {
  return besideJournalPath(`${loadTask(task).name}-${basename(model)}`, `edges-${method}`);
}

function curveOf(method: EdgeMethod, outcome: EdgeOutcome, seconds: number): EdgeCurve {
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
