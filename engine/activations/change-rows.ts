// The changes of a plan on rows of numbers.
//
// Arithmetic is in float64, whatever the run is in.
import { assertInternal, EngineError } from "../base/errors.ts";
import { say } from "../base/sentence.ts";
import type { Dictionary, Resources } from "./dictionary.ts";
import type { Change, FeatureEdit, VectorRef } from "./plan.ts";

export type Row = Float64Array;

/** Rows of one change: what stands there before it, and what its value gives for each (none where it has no value). */
export interface RowsOfChange {
  readonly before: readonly Row[];
  readonly values: readonly Row[];
}

/** @returns the rows after the change */
export async function changedRows(change: Change, { before, values }: RowsOfChange, use: Resources): Promise<Row[]> {
  const withValue = (f: (x: number, v: number) => number) =>
    before.map((x, r) => x.map((xi, i) => f(xi, values[r][i])));
  switch (change.op) {
    case "set":
      return values.map((v) => Float64Array.from(v));
    case "add":
      return withValue((x, v) => x + change.scale * v);
    case "mix":
      return withValue((x, v) => x + (1 - change.gate) * (v - x));
    case "project": {
      const basis = orthonormal(change.basis, use);
      const centre = change.centre && vectorOf(change.centre, use);
      return before.map((x) => {
        const off = centre ? x.map((xi, i) => xi - centre[i]) : x;
        const inside = projected(basis, off);
        if (change.keep === "outside") return x.map((xi, i) => xi - inside[i]);
        return x.map((xi, i) => xi - (off[i] - inside[i]));
      });
    }
    case "clamp": {
      const unit = unitVector(change.along, use);
      return before.map((x) => {
        const move = change.to - dot(unit, x);
        return x.map((xi, i) => xi + move * unit[i]);
      });
    }
    case "through":
      return throughDictionary(dictionaryOf(change.dictionary, use), change, before);
    default:
      return change satisfies never;
  }
}

export type Through = Extract<Change, { op: "through" }>;

async function throughDictionary(dictionary: Dictionary, change: Through, before: readonly Row[]): Promise<Row[]> {
  const states = joined(before);
  const features = await dictionary.encode(states);
  const edited = Float64Array.from(features);
  forEachEdit(dictionary, change.edits, before.length, (at, { op, by }) => {
    edited[at] = op === "set" ? by : op === "add" ? edited[at] + by : edited[at] * by;
  });
  const decoded = apart(await dictionary.decode(edited, states), dictionary.width);
  if (change.error === "dropped") return decoded;
  const known = apart(await dictionary.decode(Float64Array.from(features), states), dictionary.width);
  return before.map((x, r) => x.map((xi, i) => xi + (decoded[r][i] - known[r][i])));
}

export function forEachEdit(
  { features }: Dictionary,
  edits: readonly FeatureEdit[],
  rows: number,
  use: (at: number, edit: FeatureEdit) => void,
): void {
  for (let row = 0; row < rows; row++) for (const edit of edits) use(row * features + edit.feature, edit);
}

export function joined(rows: readonly Row[]): Row {
  const all = new Float64Array(rows.length * (rows[0]?.length ?? 0));
  rows.forEach((row, r) => all.set(row, r * row.length));
  return all;
}

export function apart(all: ArrayLike<number>, width: number): Row[] {
  const whole = Float64Array.from(all);
  return Array.from({ length: whole.length / width }, (_, r) => whole.subarray(r * width, (r + 1) * width));
}

/** @throws EngineError "usage" where no such vector was handed over */
export function vectorOf(vector: VectorRef, { vectors }: Resources): ArrayLike<number> {
  if (!("sha256" in vector)) return vector;
  const found = vectors?.get(vector.sha256);
  if (found) return found;
  throw new EngineError("usage", say`The vector ${vector.sha256} that the plan names was not handed over with it.`, {
    sha256: vector.sha256,
  });
}

/** @throws EngineError "usage" where no such dictionary was handed over */
export function dictionaryOf(name: string, { dictionaries }: Resources): Dictionary {
  const found = dictionaries?.get(name);
  if (found) return found;
  throw new EngineError("usage", say`The dictionary ${name} that the plan names was not handed over with it.`, {
    name,
  });
}

/** û = v / ‖v‖. @throws EngineError "usage" where v is zero */
export function unitVector(vector: VectorRef, use: Resources): Row {
  return orthonormal([vector], use)[0];
}

/** ûᵀx with û = v / ‖v‖: what `clamp` takes x to, and leaves alone where it is there already. */
export function componentAlong(vector: VectorRef, row: ArrayLike<number>, use: Resources = {}): number {
  return dot(unitVector(vector, use), row);
}

/** Shorter than this share of itself after the vectors before it are taken out, a vector adds no direction. */
const leastShare = 1e-8;

/** Gram–Schmidt, twice over. @throws EngineError "usage" where a vector is zero or depends on those before it */
export function orthonormal(vectors: readonly VectorRef[], use: Resources): Row[] {
  const basis: Row[] = [];
  vectors.forEach((vector, n) => {
    const full = Float64Array.from(vectorOf(vector, use));
    const left = [1, 2].reduce((rest) => {
      const inside = projected(basis, rest);
      return rest.map((x, i) => x - inside[i]);
    }, full);
    const length = norm(left);
    if (!(length > leastShare * norm(full))) {
      const reason = norm(full) === 0 ? say`is zero` : say`is a sum of multiples of those before it`;
      throw new EngineError("usage", say`Vector ${n} of a basis ${reason}, so it is no direction. Leave it out.`, {
        vector: n,
      });
    }
    basis.push(left.map((x) => x / length));
  });
  return basis;
}

export function projected(basis: readonly Row[], row: Row): Row {
  const inside = new Float64Array(row.length);
  for (const direction of basis) {
    const along = dot(direction, row);
    for (let i = 0; i < inside.length; i++) inside[i] += along * direction[i];
  }
  return inside;
}

export function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  assertInternal(a.length === b.length, `${a.length} numbers times ${b.length}`);
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

export const norm = (row: ArrayLike<number>): number => Math.sqrt(dot(row, row));
