// Where the colours of a heatmap end.
import { greatest } from "../../engine/base/greatest.ts";

/** @param ends of values that are not signed: at 1, or at the largest of them */
export function mostOf(values: ArrayLike<number>, signed: boolean, ends: "one" | "largest" = "one"): number {
  return signed || ends === "largest" ? greatest(Array.from(values, Math.abs), 1e-9) : 1;
}
