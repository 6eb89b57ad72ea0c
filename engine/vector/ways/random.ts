// Random directions of a given length: the null of every other one.
import { Random } from "../../base/random.ts";
import { norm } from "../../activations/change-rows.ts";
import { times } from "../direction.ts";

/** Uniform on the sphere; draw i of a seed is the same whatever the number of draws. */
export function randomVectors(dModel: number, length: number, count: number, seed: number): Float64Array[] {
  return Array.from({ length: count }, (_, draw) => {
    const random = Random.seeded(seed, `random direction/${draw}`);
    const vector = Float64Array.from({ length: dModel }, () => random.normal());
    return times(vector, length / norm(vector));
  });
}
