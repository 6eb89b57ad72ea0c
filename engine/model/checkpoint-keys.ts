// What an architecture may ask of a checkpoint while it settles its names.
import { type Checkpoint, matrixShape } from "../formats/checkpoint.ts";
import type { CheckpointKeys } from "./architectures/architecture.ts";

/** Values of each of two tensors that are compared at once. */
const VALUES_AT_ONCE = 1 << 22;

export function checkpointKeys(checkpoint: Checkpoint): CheckpointKeys {
  return {
    has: (key) => checkpoint.tensors.has(key),
    vector: (key) => checkpoint.readRows(key, 0, 1),
    same: (key, other) => haveSameValues(checkpoint, key, other),
  };
}

function haveSameValues(checkpoint: Checkpoint, key: string, other: string): boolean {
  const { shape } = checkpoint.tensors.get(key)!;
  if (shape.join() !== checkpoint.tensors.get(other)!.shape.join()) return false;
  const { rows, columns } = matrixShape(shape);
  const atOnce = Math.max(1, Math.floor(VALUES_AT_ONCE / columns));
  for (let first = 0; first < rows; first += atOnce) {
    const count = Math.min(atOnce, rows - first);
    const values = checkpoint.readRows(key, first, count);
    const others = checkpoint.readRows(other, first, count);
    if (!values.every((value, i) => value === others[i])) return false;
  }
  return true;
}
