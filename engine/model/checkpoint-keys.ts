// What an architecture may ask of a checkpoint while it settles its names.
import type { Checkpoint } from "../formats/checkpoint.ts";
import type { CheckpointKeys } from "./architectures/architecture.ts";

export function checkpointKeys(checkpoint: Checkpoint): CheckpointKeys {
  return {
    has: (key) => checkpoint.tensors.has(key),
    vector: (key) => checkpoint.readRows(key, 0, 1),
  };
}
