// Of what it was proved that no single unit can go.
import type { CircuitSearch } from "./circuit-schema.ts";

export type MinimalitySearch = Pick<CircuitSearch, "oneMinimal" | "budget" | "verified" | "validation" | "trajectory">;

export type ProvenMinimal =
  | { readonly of: "circuit" }
  /** Of the circuit before the last step, which made it hold on validation examples too. */
  | { readonly of: "search"; readonly kept: number; readonly back: number; readonly gone: number }
  /** Within a budget: of shares of what is kept. */
  | {
      readonly of: "shares";
      readonly budget: number;
      readonly verified: NonNullable<CircuitSearch["verified"]>;
    }
  | { readonly of: "nothing" };

export function provenMinimal(search: MinimalitySearch): ProvenMinimal {
  const { oneMinimal, budget, verified, validation, trajectory } = search;
  if (oneMinimal) return { of: "circuit" };
  if (validation?.search.oneMinimal) {
    const { added = [], removed = [] } = trajectory.at(-1) ?? {};
    return { of: "search", kept: validation.search.kept, back: added.length, gone: removed.length };
  }
  return budget !== undefined && verified ? { of: "shares", budget, verified } : { of: "nothing" };
}
