// The units that a circuit keeps at a step with the user's edits on top, as ids for the engine.
import type { UnitKind, UnitSizes } from "../../engine/circuit/unit.ts";
import { UnitSpace } from "../../engine/circuit/unit-set.ts";
import type { Edits } from "./view.ts";

/** All units that a search over these kinds may remove. */
export function searchedUnits(sizes: UnitSizes, kinds: readonly UnitKind[]): readonly string[] {
  return new UnitSpace(sizes, kinds).full().ids();
}

export function keptWith(
  searched: readonly string[],
  removed: ReadonlySet<string>,
  { ablated, restored }: Pick<Edits, "ablated" | "restored">,
): readonly string[] {
  const out = new Set(ablated);
  const back = new Set(restored);
  return searched.filter((id) => !out.has(id) && (back.has(id) || !removed.has(id)));
}
