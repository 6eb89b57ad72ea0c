// The way back of a gradient through the changes of a plan.
import type { Change } from "./plan.ts";
import {
  apart,
  dictionaryOf,
  dot,
  forEachEdit,
  joined,
  orthonormal,
  projected,
  type Row,
  type RowsOfChange,
  type Through,
  unitVector,
} from "./change-rows.ts";
import type { Dictionary, Resources } from "./dictionary.ts";

/** Gradients of an objective on the near side of a change. */
export interface PulledBack {
  readonly before: readonly Row[];
  /** At the value's rows; empty where it has no value. */
  readonly values: readonly Row[];
  /** Slope along the number that a change has: scale, gate, or where it clamps to; 0 for the others. */
  readonly slope: number;
}

/** @param after gradient at the rows after the change */
export async function pulledBack(
  change: Change,
  { before, values }: RowsOfChange,
  after: readonly Row[],
  use: Resources,
): Promise<PulledBack> {
  const scaled = (by: number) => after.map((row) => row.map((x) => x * by));
  const sum = (f: (r: number) => number) => after.reduce((total, _, r) => total + f(r), 0);
  switch (change.op) {
    case "set":
      return { before: scaled(0), values: scaled(1), slope: 0 };
    case "add":
      return { before: scaled(1), values: scaled(change.scale), slope: sum((r) => dot(after[r], values[r])) };
    case "mix": {
      const slope = sum((r) => dot(after[r], before[r]) - dot(after[r], values[r]));
      return { before: scaled(change.gate), values: scaled(1 - change.gate), slope };
    }
    case "project": {
      const basis = orthonormal(change.basis, use);
      const inside = after.map((row) => projected(basis, row));
      const outside = after.map((row, r) => row.map((x, i) => x - inside[r][i]));
      return { before: change.keep === "inside" ? inside : outside, values: [], slope: 0 };
    }
    case "clamp": {
      const unit = unitVector(change.along, use);
      const along = after.map((row) => dot(unit, row));
      const rest = after.map((row, r) => row.map((x, i) => x - along[r] * unit[i]));
      return { before: rest, values: [], slope: along.reduce((total, x) => total + x, 0) };
    }
    case "through": {
      const dictionary = dictionaryOf(change.dictionary, use);
      return { before: await backThroughDictionary(dictionary, change, before, after), values: [], slope: 0 };
    }
    default:
      return change satisfies never;
  }
}

async function backThroughDictionary(
  dictionary: Dictionary,
  change: Through,
  before: readonly Row[],
  after: readonly Row[],
): Promise<Row[]> {
  const atFeatures = Float64Array.from(await dictionary.decodeGradient(joined(after)));
  const edited = atFeatures.slice();
  forEachEdit(dictionary, change.edits, before.length, (at, { op, by }) => {
    if (op !== "add") edited[at] *= op === "set" ? 0 : by;
  });
  const kept = change.error === "kept";
  if (kept) for (let i = 0; i < edited.length; i++) edited[i] -= atFeatures[i];
  const through = apart(await dictionary.encodeGradient(joined(before), edited), dictionary.width);
  return kept ? through.map((row, r) => row.map((x, i) => x + after[r][i])) : through;
}
