// Several circuits of one task as the window shows them: of one run's searches, or of searches made again on other examples.
import type { Alternatives, Circuit, SharedUnits, StabilityRow } from "../../engine/circuit/circuit-schema.ts";
import { keptIds } from "../../engine/circuit/kept.ts";

export interface EqualCircuit {
  /** How it was found; its word is `several.${found}`. */
  readonly found: "first" | "shaken" | "without" | "seed";
  readonly seed: number;
  /** The unit that its search had to do without. */
  readonly unit: string;
  readonly ids: ReadonlySet<string>;
  readonly faithfulness: number;
  readonly holds: boolean | undefined;
}

export interface SeveralCircuits {
  readonly circuits: readonly EqualCircuit[];
  /** Share of the circuits that have a unit, most often first. */
  readonly units: readonly { readonly id: string; readonly share: number }[];
  readonly core: ReadonlySet<string>;
  readonly intersection: SharedUnits;
  readonly union: SharedUnits;
  readonly jaccard: StabilityRow["jaccard"];
}

export function ofAlternatives({ circuits, units, intersection, union, jaccard }: Alternatives): SeveralCircuits {
  return {
    circuits: circuits.map(({ order, seed, without = "", kept, figures }) => ({
      found: order,
      seed,
      unit: without,
      ids: new Set(keptIds(kept)),
      faithfulness: figures.faithfulness,
      holds: figures.criterionHolds,
    })),
    ...sharedOf(units),
    intersection,
    union,
    jaccard,
  };
}

/** Undefined for a row of an earlier version's file, which has not what each search kept. */
export function ofSearchesAgain(row: StabilityRow, seeds: readonly number[]): SeveralCircuits | undefined {
  const { circuits, heldOut, units, intersection, union, jaccard } = row;
  if (!circuits || !intersection || !union) return undefined;
  return {
    circuits: circuits.map((kept: Circuit["kept"], i) => ({
      found: "seed",
      seed: seeds[i]!,
      unit: "",
      ids: new Set(keptIds(kept)),
      faithfulness: heldOut[i]!,
      holds: undefined,
    })),
    ...sharedOf(units),
    intersection,
    union,
    jaccard,
  };
}

function sharedOf(units: SeveralCircuits["units"]): Pick<SeveralCircuits, "units" | "core"> {
  return { units, core: new Set(units.flatMap(({ id, share }) => (share === 1 ? [id] : []))) };
}
