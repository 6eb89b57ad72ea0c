// Which edges a figure draws: the strongest that hold most of the weight together, none that may as well be nothing.
import type { CircuitEdge } from "../../engine/circuit/circuit-schema.ts";

/** An edge whose weight has an interval where it was measured with one. */
export type WeighedEdge = CircuitEdge & { readonly interval?: readonly [number, number] };

/** Of Σ|weight|. */
const SHARE_SHOWN = 0.9;

/** Strongest first; an edge whose interval covers 0 is left out, whatever its weight. */
export function strongestEdges<Edge extends WeighedEdge>(edges: readonly Edge[], share = SHARE_SHOWN): Edge[] {
  const sure = edges.filter(
    ({ interval, weight }) => weight !== 0 && !(interval && interval[0] <= 0 && interval[1] >= 0),
  );
  const sorted = [...sure].sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight));
  const wanted = share * sorted.reduce((sum, { weight }) => sum + Math.abs(weight), 0);
  let held = 0;
  return sorted.filter(({ weight }) => {
    const isNeeded = held < wanted;
    held += Math.abs(weight);
    return isNeeded;
  });
}
