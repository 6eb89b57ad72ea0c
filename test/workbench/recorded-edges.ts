// Circuits of edges made of the recorded circuit's connections: their weights as scores, the strongest as the circuit.
import type { Circuit } from "../../engine/circuit/circuit-schema.ts";
import { formatEdge } from "../../engine/circuit/edge.ts";
import { topologyOf } from "../../engine/circuit/topology.ts";
import type { EdgesMeasured } from "../../engine/contract/edges.ts";
import type { AskedOf } from "../../engine/contract/verbs.ts";
import { edgeName } from "../../renderer/edge/edge-name.ts";

const POINTS = [
  { fraction: 0.001, edges: 0, faithfulness: 0, heldOut: 0, holds: false },
  { fraction: 0.02, edges: 20, faithfulness: 0.95, heldOut: 0.93, holds: true },
  { fraction: 1, edges: 1519, faithfulness: 1, heldOut: 1, holds: true },
];

/** Every method's scores are those weights. */
export function recordedEdges(circuit: Circuit, { method = "attribution", prune }: AskedOf<"edges">): EdgesMeasured {
  const model = { parallelBlocks: false, ...circuit.model };
  const names = topologyOf(model).edges.map(formatEdge);
  const weights = new Map(circuit.edges.map((edge) => [edgeName(edge), edge.weight]));
  const strongest = [...weights].sort(([, a], [, b]) => Math.abs(b) - Math.abs(a)).map(([name]) => names.indexOf(name));
  const heldOut = { faithfulness: 0.91, interval: [0.88, 0.94] } as const;
  return {
    model,
    examples: circuit.task.examples,
    curve: {
      method,
      scores: Float64Array.from(names, (name) => weights.get(name) ?? 0),
      points: POINTS,
      areas: { cpr: 0.975, cmd: 0.025, logCpr: 0.5, logCmd: 0.5 },
      smallest: strongest.slice(0, 20),
      pruned: prune
        ? { edges: strongest.slice(0, 12), from: 20, trials: 33, faithfulness: 0.93, tested: 1, heldOut }
        : undefined,
      seconds: 3,
    },
    notes: [],
  };
}
