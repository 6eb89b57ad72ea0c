// Circuits of edges for the workbench: one request at a time, its methods one after the other, watched, stopped.
import { EngineError } from "../base/errors.ts";
import { type Edge, formatEdge } from "../circuit/edge.ts";
import { topologyOf } from "../circuit/topology.ts";
import type { EdgeCircuits, EdgeCurve, EdgeMethodName, EdgesRequest } from "../contract.ts";
import { type EdgeOutcome, edgeTask } from "../session/edge-task.ts";
import type { EventLog } from "./event-log.ts";

/** Points of integrated gradients. */
const steps = 5;

export class EdgeMeasurer {
  private controller: AbortController | undefined;

  constructor(
    private readonly log: EventLog,
    private readonly threads: number | undefined,
  ) {}

  /** @throws EngineError "usage" without a method and while others are being measured, else as `edgeTask` */
  async measure({ methods, ...choice }: EdgesRequest): Promise<EdgeCircuits> {
    if (this.controller) throw new EngineError("usage", "Other edges are being measured; stop them or wait.");
    const controller = (this.controller = new AbortController());
    try {
      const outcomes: EdgeOutcome[] = [];
      const found: EdgeCurve[] = [];
      for (const method of methods) {
        const began = performance.now();
        const outcome = await edgeTask(
          { ...choice, method, steps },
          {
            threads: this.threads,
            signal: controller.signal,
            onProgress: (stage, done, total) => this.log.add({ type: "edges", method, stage, done, total }),
          },
        );
        outcomes.push(outcome);
        found.push(curveOf(method, outcome, (performance.now() - began) / 1000));
      }
      return answerOf(outcomes, found);
    } finally {
      this.controller = undefined;
    }
  }

  stop(): void {
    this.controller?.abort();
  }
}

function answerOf([first]: readonly EdgeOutcome[], found: readonly EdgeCurve[]): EdgeCircuits {
  if (!first) throw new EngineError("usage", "No way of scoring edges was chosen; choose at least one.");
  const { nLayers, nHeads, parallelBlocks, dModel } = first.config;
  return { model: { nLayers, nHeads, parallelBlocks, dModel }, examples: first.examples, found, notes: first.notes };
}

function curveOf(method: EdgeMethodName, outcome: EdgeOutcome, seconds: number): EdgeCurve {
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
      heldOut: circuit.heldOut,
    },
    seconds,
  };
}
