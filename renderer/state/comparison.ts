// Two circuits side by side: which nodes each keeps, and a table of what they were asked and what they reached.
import { compareCircuits } from "../../engine/circuit/compare.ts";
import type { Circuit } from "../../engine/circuit/circuit-schema.ts";

export type NodeSide = "both" | "onlyA" | "onlyB";

export interface ComparisonRow {
  readonly field: ComparedField;
  readonly a: string | number | undefined;
  readonly b: string | number | undefined;
  readonly same: boolean;
}

export interface Comparison {
  readonly sides: ReadonlyMap<string, NodeSide>;
  /** |A ∩ B| / |A ∪ B| over all compared kinds; 1 when neither keeps any. */
  readonly jaccard: number;
  readonly rows: readonly ComparisonRow[];
}

const FIELDS = {
  model: (circuit) => circuit.model.name,
  task: (circuit) => circuit.task.name,
  units: (circuit) => circuit.search.units.join(", "),
  criterion: (circuit) => circuit.search.criterion,
  threshold: (circuit) => circuit.search.threshold,
  ablation: (circuit) => circuit.task.ablation.kind,
  corruption: (circuit) => circuit.task.corruption,
  bos: (circuit) => circuit.task.bos,
  discoveryExamples: (circuit) => circuit.task.examples.discovery,
  heldOutExamples: (circuit) => circuit.task.examples.heldOut,
  seed: (circuit) => circuit.search.seed,
  kept: (circuit) => keptCount(circuit),
  faithfulness: (circuit) => circuit.results?.discovery.faithfulness,
  heldOutFaithfulness: (circuit) => circuit.results?.heldOut?.faithfulness,
  heldOutKl: (circuit) => circuit.results?.heldOut?.kl,
  heldOutAccuracy: (circuit) => circuit.results?.heldOut?.accuracy?.circuit,
  complement: (circuit) => circuit.results?.complement?.faithfulness,
  trials: (circuit) => circuit.search.trials,
} satisfies Readonly<Record<string, (circuit: Circuit) => string | number | undefined>>;

export type ComparedField = keyof typeof FIELDS;

/** @throws EngineError "shape" when the circuits are of models of different shape */
export function compare(a: Circuit, b: Circuit): Comparison {
  const { kinds } = compareCircuits(a, b);
  const sides = new Map<string, NodeSide>();
  for (const side of ["both", "onlyA", "onlyB"] as const) {
    for (const kind of kinds) for (const id of kind[side]) sides.set(id, side);
  }
  const shared = [...sides.values()].filter((side) => side === "both").length;
  const rows = (Object.keys(FIELDS) as ComparedField[]).map((field) => {
    const [left, right] = [FIELDS[field](a), FIELDS[field](b)];
    return { field, a: left, b: right, same: left === right };
  });
  return { sides, jaccard: sides.size === 0 ? 1 : shared / sides.size, rows };
}

function keptCount({ kept }: Pick<Circuit, "kept">): number {
  const neurons = Object.values(kept.neurons ?? {}).reduce((sum, list) => sum + list.length, 0);
  return (kept.heads?.length ?? 0) + (kept.mlps?.length ?? 0) + neurons;
}
