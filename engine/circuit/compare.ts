// Two circuits of models of one shape side by side: what only one of them keeps, what both keep, how alike they are.
import { EngineError } from "../base/errors.ts";
import { say } from "../base/sentence.ts";
import type { Circuit } from "./circuit-schema.ts";
import { keptUnits } from "./kept.ts";
import type { UnitKind } from "./unit.ts";
import { UnitSpace, type UnitSet } from "./unit-set.ts";

export interface KindComparison {
  readonly kind: UnitKind;
  readonly onlyA: readonly string[];
  readonly onlyB: readonly string[];
  readonly both: readonly string[];
  /** |A ∩ B| / |A ∪ B|; 1 when neither keeps any. */
  readonly jaccard: number;
}

export interface CircuitComparison {
  /** One entry per kind that either search could remove. */
  readonly kinds: readonly KindComparison[];
}

/**
 * Kinds that only one of the two searched count as wholly kept in the other.
 * @throws EngineError "shape" when layers, heads or neurons per MLP differ
 */
export function compareCircuits(a: Circuit, b: Circuit): CircuitComparison {
  requireSameShape(a, b);
  const kinds = [...a.search.units, ...b.search.units];
  const space = new UnitSpace(a.model, kinds);
  const [setA, setB] = [within(space, keptUnits(a)), within(space, keptUnits(b))];
  return { kinds: space.kinds.map((kind) => compareKind(kind, setA, setB)) };
}

function within(space: UnitSpace, units: UnitSet): UnitSet {
  return space.setOf(
    space
      .full()
      .units()
      .filter((unit) => units.has(unit)),
  );
}

function compareKind(kind: UnitKind, a: UnitSet, b: UnitSet): KindComparison {
  const both = a.intersection(b).ids(kind);
  const onlyA = a.minus(b).ids(kind);
  const onlyB = b.minus(a).ids(kind);
  const union = both.length + onlyA.length + onlyB.length;
  return { kind, onlyA, onlyB, both, jaccard: union === 0 ? 1 : both.length / union };
}

function requireSameShape(a: Circuit, b: Circuit): void {
  for (const field of ["nLayers", "nHeads", "dMlp"] as const) {
    if (a.model[field] === b.model[field]) continue;
    const sentence = say`The circuits are of models of different shape: ${field} is ${a.model[field]} in ${a.model.name} and ${b.model[field]} in ${b.model.name}. Compare circuits of one model.`;
    throw new EngineError("shape", sentence, { field });
  }
}
