// The way back from where a search ended to where it began: its own circuits, and between them those with the strongest units of a block put back.
import { parseUnit, type Unit } from "../circuit/unit.ts";
import type { UnitSet, UnitSpace } from "../circuit/unit-set.ts";
import { assertInternal } from "../base/errors.ts";
import type { Step } from "./removal.ts";

/** Each circuit is larger than the one before by this share, at least by a unit. */
const growth = 0.02;

/**
 * The circuits after each step. What a removed MLP takes with it, its hidden neurons, no step names.
 *
 * @param trajectory begins with the full model, as `SearchResult` has it
 */
export function circuitsAlong(space: UnitSpace, trajectory: readonly Step[]): UnitSet[] {
  let kept = space.full();
  return trajectory.map(({ removed, added = [] }) => {
    const gone = removed.map(unitOf);
    const layers = new Set(gone.filter(({ kind }) => kind === "mlp").map(({ layer }) => layer));
    const inside = layers.size === 0 ? [] : kept.units("neuron").filter(({ layer }) => layers.has(layer));
    return (kept = kept.without([...gone, ...inside]).with(added.map(unitOf)));
  });
}

export interface WayBack {
  /** Index of the step to which the way goes back; 0: to the full model. */
  readonly to: number;
  /** What the first step took away, where that was no block of the search: what should come back first stands first. */
  readonly leftOut?: readonly string[];
}

/**
 * From the circuit that the search ended at, which comes first, to one that it came through. A step that removed a block is
 * taken back in pieces, what was tried last first: that is its strongest units.
 */
export function* wayBack(
  space: UnitSpace,
  trajectory: readonly Step[],
  { to, leftOut }: WayBack,
): Generator<UnitSet, void> {
  const circuits = circuitsAlong(space, trajectory);
  let kept = circuits.at(-1)!;
  let last = kept;
  yield last;
  for (let i = circuits.length - 1; i > to; i--) {
    const before = circuits[i - 1];
    kept = kept.without(kept.minus(before).units());
    const removed = i === 1 && leftOut ? leftOut : [...trajectory[i].removed].reverse();
    for (const unit of backInOrder(before.minus(kept), removed)) {
      kept = kept.with([unit]);
      if (kept.size >= nextSize(last)) yield (last = kept);
    }
    kept = before;
  }
  if (!kept.equals(last)) yield kept;
}

/**
 * Where on a way back the criterion begins to hold: in steps that double until it does, and then by halving. The one before was looked
 * at and does not hold. So of a way of n circuits some 2·log₂ n are measured, and not all; where it holds, breaks and holds again, a
 * smaller one may have been passed over.
 *
 * @param holds at a place from 0 to length − 1
 * @returns undefined where it does not hold at the end of the way, nor at any place that was looked at, or where there is none
 */
export async function firstOnTheWay(
  length: number,
  holds: (place: number) => Promise<boolean>,
): Promise<number | undefined> {
  if (length === 0) return undefined;
  let [failed, place] = [-1, 0];
  for (let stride = 1; !(await holds(place)); stride *= 2) {
    if (place === length - 1) return undefined;
    failed = place;
    place = Math.min(place + stride, length - 1);
  }
  while (place - failed > 1) {
    const middle = (place + failed) >> 1;
    if (await holds(middle)) place = middle;
    else failed = middle;
  }
  return place;
}

const nextSize = ({ size }: UnitSet): number => size + Math.max(1, Math.round(size * growth));

/** What a step took away in this order; hidden neurons that went with their MLP, which it does not name, at the end. */
function backInOrder(gone: UnitSet, order: readonly string[]): Unit[] {
  const named = order.map(unitOf).filter((unit) => gone.has(unit));
  return [...named, ...gone.without(named).units()];
}

function unitOf(id: string): Unit {
  const unit = parseUnit(id);
  assertInternal(unit, `no unit: ${id}`);
  return unit;
}
