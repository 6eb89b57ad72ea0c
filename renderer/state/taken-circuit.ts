// The circuit at a step of a finished run, as a circuit of its own: what is known of it, and nothing that was measured on another.
import type { Circuit } from "../../engine/circuit/circuit-schema.ts";
import { keptAfterStep, keptOf } from "../../engine/circuit/kept.ts";
import { parseUnit } from "../../engine/circuit/unit.ts";

/** @param step number of the step in the trajectory; 0 is the full model */
export function circuitAt(circuit: Circuit, step: number): Circuit {
  const kept = keptAfterStep(circuit, step);
  const isThere = (id: string) => {
    const unit = parseUnit(id);
    return unit === undefined || kept.has(unit);
  };
  const { search } = circuit;
  return {
    ...circuit,
    search: {
      ...search,
      crossing: undefined,
      sizes: undefined,
      oneMinimal: false,
      validation: undefined,
      stoppedBecause: `taken at step ${step} of a run; 1-minimality was not verified`,
      trajectory: search.trajectory.filter((entry) => entry.step <= step),
    },
    kept: keptOf(kept),
    nodes: circuit.nodes.filter(({ id }) => isThere(id)),
    edges: circuit.edges.filter(({ source, target }) => isThere(source) && isThere(target)),
    results: undefined,
  };
}
