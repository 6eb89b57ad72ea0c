// A table of the searched units as CSV (RFC 4180): kept or not, when removed, effect, role.
import type { Circuit } from "../circuit-schema.ts";
import { keptUnits } from "../kept.ts";
import { compareUnits, formatUnit, type Unit } from "../unit.ts";
import { type Cell, csvText } from "./csv-text.ts";

interface Row {
  readonly unit: Unit;
  readonly node: Circuit["nodes"][number] | undefined;
  readonly kept: boolean;
  /** The last step that took the unit away. */
  readonly removedAtStep: number | undefined;
}

/** Header to cell; effects in metric units, negative: the unit helps. */
const COLUMNS: readonly (readonly [header: string, cell: (row: Row) => Cell])[] = [
  ["id", ({ unit }) => formatUnit(unit)],
  ["kind", ({ unit }) => unit.kind],
  ["layer", ({ unit }) => unit.layer],
  ["head", ({ unit }) => (unit.kind === "head" ? unit.head : undefined)],
  ["neuron", ({ unit }) => (unit.kind === "neuron" ? unit.neuron : undefined)],
  ["feature", ({ unit }) => (unit.kind === "feature" ? unit.feature : undefined)],
  ["kept", ({ kept }) => kept],
  ["removed_at_step", ({ kept, removedAtStep }) => (kept ? undefined : removedAtStep)],
  ["effect", ({ node }) => node?.effect],
  ["effect_low", ({ node }) => node?.effectInterval?.[0]],
  ["effect_high", ({ node }) => node?.effectInterval?.[1]],
  ["role", ({ node }) => node?.role?.name],
  ["role_score", ({ node }) => node?.role?.score],
];

/** One row per unit of the searched kinds, in the order of the data flow. */
export function circuitToCsv(circuit: Circuit): string {
  return csvText([
    COLUMNS.map(([header]) => header),
    ...rowsOf(circuit).map((row) => COLUMNS.map(([, cell]) => cell(row))),
  ]);
}

function rowsOf(circuit: Circuit): Row[] {
  const kept = keptUnits(circuit);
  const nodes = new Map(circuit.nodes.map((node) => [node.id, node]));
  const removed = new Map(
    circuit.search.trajectory.flatMap(({ step, removed: ids }) => ids.map((id) => [id, step] as const)),
  );
  const units = kept.space.full().units().sort(compareUnits);
  return units.map((unit) => {
    const id = formatUnit(unit);
    return { unit, node: nodes.get(id), kept: kept.has(unit), removedAtStep: removed.get(id) };
  });
}
