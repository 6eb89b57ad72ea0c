// How many of the searches made again keep each unit, beside the circuit that they are compared with.
import type { Circuit, StabilityRow } from "../../engine/circuit/circuit-schema.ts";
import { keptUnits } from "../../engine/circuit/kept.ts";

export interface KeptShare {
  readonly id: string;
  /** 0 for a unit of the circuit that no search keeps. */
  readonly share: number;
  readonly inCircuit: boolean;
}

/** Most often kept first; what only the circuit keeps comes last. */
export function keptShares({ units }: StabilityRow, circuit: Circuit | undefined): readonly KeptShare[] {
  const ids = circuit ? keptUnits(circuit).ids() : [];
  const own = new Set(ids);
  const found = new Set(units.map(({ id }) => id));
  return [
    ...units.map(({ id, share }) => ({ id, share, inCircuit: own.has(id) })),
    ...ids.filter((id) => !found.has(id)).map((id) => ({ id, share: 0, inCircuit: true })),
  ];
}
